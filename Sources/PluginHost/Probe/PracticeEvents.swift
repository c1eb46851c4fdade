internal import CStrategyABI
internal import Features
internal import Trading

/// A small market of made-up events for a conformance pass: the same at each run.
struct PracticeEvents {
    private let wanted: UInt64
    private let features: FeatureList
    private let instrumentCount: Int
    private var prices: [Int64]
    private var random: UInt64
    private(set) var time: Int64 = 1_700_000_000_000_000_000

    private static let step: Int64 = 100_000_000
    private static let tick: Int64 = 10_000_000

    /// `events`: which types the plugin wants, as in its descriptor.
    init(events: UInt64, features: FeatureList, instrumentCount: Int, seed: UInt64 = 1) {
        wanted = events
        self.features = features
        self.instrumentCount = instrumentCount
        prices = Array(repeating: 10_000 * STRATEGY_PRICE_SCALE, count: instrumentCount)
        random = seed
    }

    private mutating func next(_ bound: Int64) -> Int64 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(random >> 33) % bound
    }

    private func wants(_ type: Int) -> Bool { wanted & (1 << UInt64(type)) != 0 }

    /// At least `count` records of the kinds that are wanted: a random walk of a few ticks a step.
    mutating func ordinary(_ count: Int) -> [strategy_event_v1_t] {
        var events: [strategy_event_v1_t] = []
        // One that asks for no market event still gets these: whatever it does with them must be safe.
        let wantsNothing = ![STRATEGY_EVENT_TRADE, STRATEGY_EVENT_QUOTE, STRATEGY_EVENT_BAR].contains(where: wants)
        while events.count < count {
            time += Self.step
            let instrument = Int(next(Int64(instrumentCount)))
            let old = prices[instrument]
            let price = max(100 * Self.tick, old + (next(21) - 10) * Self.tick)
            prices[instrument] = price
            let quantity = (1 + next(50)) * STRATEGY_QUANTITY_SCALE / 10
            if wants(STRATEGY_EVENT_TRADE) {
                events.append(Self.trade(instrument, time, price: price, quantity: quantity))
            }
            if wants(STRATEGY_EVENT_QUOTE) {
                events.append(Self.quote(instrument, time, price: price, quantity: quantity))
            }
            if wants(STRATEGY_EVENT_BAR) || wantsNothing {
                let bar = Self.bar(instrument, time, from: old, to: price, quantity: quantity)
                if !features.isEmpty { events += values(for: bar) }
                events.append(bar)
            }
        }
        return events
    }

    /// Made-up values of the features that are wanted, some of them not a number.
    private mutating func values(for bar: strategy_event_v1_t) -> [strategy_event_v1_t] {
        Array(unsafeUninitializedCapacity: FeatureList.chainMax) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            count = features.write(bar.asBar, into: base) { _ in
                let number = next(1_000)
                return number % 8 == 0 ? nil : Double(number - 300) / 10
            }
        }
    }

    /// The events one by one, each with its MORE records.
    static func single(_ records: [strategy_event_v1_t]) -> [[strategy_event_v1_t]] {
        var events: [[strategy_event_v1_t]] = []
        for record in records {
            if let last = events.last?.last, last.hasMore {
                events[events.count - 1].append(record)
            } else {
                events.append([record])
            }
        }
        return events
    }

    static func trade(_ instrument: Int, _ time: Int64, price: Int64, quantity: Int64) -> strategy_event_v1_t {
        var record = strategy_trade_v1_t()
        record.type = UInt16(STRATEGY_EVENT_TRADE)
        record.instrument = UInt32(instrument)
        record.time = time
        record.price = price
        record.quantity = quantity
        record.aggressor = UInt8(STRATEGY_SIDE_BUY)
        return unsafeBitCast(record, to: strategy_event_v1_t.self)
    }

    static func quote(_ instrument: Int, _ time: Int64, price: Int64, quantity: Int64) -> strategy_event_v1_t {
        var record = strategy_quote_v1_t()
        record.type = UInt16(STRATEGY_EVENT_QUOTE)
        record.instrument = UInt32(instrument)
        record.time = time
        record.bid_price = max(0, price - tick)
        record.bid_quantity = quantity
        record.ask_price = price
        record.ask_quantity = quantity
        return unsafeBitCast(record, to: strategy_event_v1_t.self)
    }

    static func bar(
        _ instrument: Int, _ time: Int64, from open: Int64, to close: Int64, quantity: Int64
    ) -> strategy_event_v1_t {
        var record = strategy_bar_v1_t()
        record.type = UInt16(STRATEGY_EVENT_BAR)
        record.flags = UInt16(STRATEGY_TIMEFRAME_1S << STRATEGY_TIMEFRAME_SHIFT)
        record.instrument = UInt32(instrument)
        record.time = time
        record.open = open
        record.close = close
        record.high = max(open, close)
        record.low = min(open, close)
        record.volume = quantity
        record.interval = 1_000_000_000
        return unsafeBitCast(record, to: strategy_event_v1_t.self)
    }

    /// Prices and quantities of zero, of every kind.
    mutating func zeros() -> [strategy_event_v1_t] {
        (0..<4).flatMap { _ -> [strategy_event_v1_t] in
            time += Self.step
            return [
                Self.trade(0, time, price: 0, quantity: 0), Self.quote(0, time, price: 0, quantity: 0),
                Self.bar(0, time, from: 0, to: 0, quantity: 0),
            ]
        }
    }

    /// Signals, which carry the only floating-point numbers that a plugin gets.
    mutating func notANumber() -> [strategy_event_v1_t] {
        [Double.nan, .infinity, -.infinity].map { strength in
            time += Self.step
            var record = strategy_signal_v1_t()
            record.type = UInt16(STRATEGY_EVENT_SIGNAL)
            record.time = time
            record.strength = strength
            return unsafeBitCast(record, to: strategy_event_v1_t.self)
        }
    }

    /// Times that run backwards, answers to orders that nobody sent, a timer that nobody set.
    mutating func disorder() -> [strategy_event_v1_t] {
        var events = ordinary(60)
        for index in events.indices where index % 3 == 0 { events[index].time -= 10 * Self.step }
        let strange = [
            STRATEGY_EVENT_ORDER, STRATEGY_EVENT_DENIAL, STRATEGY_EVENT_TIMER, STRATEGY_EVENT_PARAMETER,
            STRATEGY_EVENT_SESSION, STRATEGY_EVENT_COMMAND, STRATEGY_EVENT_FUNDING, STRATEGY_EVENT_EXTERNAL_ORDER,
        ]
        for type in strange {
            var record = strategy_event_v1_t()
            record.type = UInt16(type)
            record.time = time
            record.payload.0 = 4_711
            events.append(record)
        }
        return events
    }

    /// Types that a newer host may send, a MORE that belongs to nothing.
    mutating func unknownTypes() -> [strategy_event_v1_t] {
        [STRATEGY_EVENT_MORE, 22, 63, 64, 65, 255, 4_096, 65_535].map { type in
            time += Self.step
            var record = strategy_event_v1_t()
            record.type = UInt16(type)
            record.time = time
            return record
        }
    }
}
