import CStrategyABI
import Controls
import Execution
import Testing
import Trading

/// One line of a venue's table: what comes in, and the reports that must come out of it.
enum Step: Sendable {
    /// "buy 2 market", "sell 2 limit 101 IOC", "buy 2 stop 105", "buy 2 stop 105 limit 106 DAY", "buy 2 market protect 101".
    case order(String)
    /// "#1 3 limit 101" – the order's new total and prices.
    case modify(String)
    case cancel(UInt64)
    /// The next event comes so many nanoseconds after the last one, instead of a minute.
    case pass(Int64)
    /// An order or a change that is sent as soon as the next report is out, so while its event is being handled.
    indirect case uponReport(Step)
    /// From here on the gate refuses triggers.
    case refuseTriggers
    /// "open high low close volume"; volume may be left out.
    case bar(String, [String] = [])
    /// "bid × size, ask × size" as four numbers.
    case quote(String, [String] = [])
    /// "price quantity", and the aggressor's side if it is known.
    case trade(String, [String] = [])
    /// "size at bid, … | size at ask, …", best first: the feed's whole book. A script with one is of a feed with depth.
    case book(String, [String] = [])
    /// "bid 2: 5 at 99": one level of it.
    case level(String, [String] = [])

    var isBook: Bool { if case .book = self { true } else { false } }
}

/// A table of steps against one venue. Orders are numbered from 1 as they come.
struct VenueScript: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let terms: VenueTerms
    let instrument: InstrumentTerms
    let dayOffset: Int64
    let steps: [Step]

    init(
        _ name: String, instrument: InstrumentTerms = cent, dayOffset: Int64 = 0, _ steps: [Step],
        terms change: (inout VenueTerms) -> Void = { _ in }
    ) {
        testDescription = name
        var terms = VenueTerms()
        change(&terms)
        self.terms = terms
        self.instrument = instrument
        self.dayOffset = dayOffset
        self.steps = steps
    }

    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var run = VenueRun(self)
        for (index, step) in steps.enumerated() {
            guard let (reports, expected) = try run.take(step) else { continue }
            #expect(reports == expected, "step \(index): \(step)", sourceLocation: sourceLocation)
        }
    }
}

/// A venue with its orders, and a settlement that does what a report says.
struct VenueRun: ~Copyable {
    private var gate = PermissiveGate()
    private var orders = OrderManager(capacity: 1024, accountCount: 3, strategyCount: 2, instrumentCount: 2)
    private var venue: PaperVenue
    private var books = FixedBuffer(count: 1, repeating: OrderBook())
    private let hasDepth: Bool
    private let instrument: InstrumentTerms
    private let dayOffset: Int64
    private var sequence: UInt64 = 1
    private var time = noon
    private var pause = 60 * second
    private var refusesTriggers = false
    private var uponReport: [Step] = []
    private var protections: [UInt64: Price] = [:]

    init(_ script: VenueScript) {
        venue = PaperVenue(terms: script.terms)
        instrument = script.instrument
        dayOffset = script.dayOffset
        hasDepth = script.steps.contains(where: \.isBook)
    }

    /// Reports and what they should be; nil for a step that is no event.
    mutating func take(_ step: Step) throws -> ([String], [String])? {
        switch step {
        case .order(let text): try submit(text)
        case .modify(let text): try modify(text)
        case .cancel(let id): _ = orders.end(orders.slot(id: id, instrumentCount: 2), as: .cancelled, at: time)
        case .pass(let nanoseconds): pause = nanoseconds
        case .uponReport(let step): uponReport.append(step)
        case .refuseTriggers: refusesTriggers = true
        case .bar(let text, let expected): return (try match(bar(text)), expected)
        case .quote(let text, let expected): return (try match(quote(text)), expected)
        case .trade(let text, let expected): return (try match(trade(text)), expected)
        case .book(let text, let expected): return (try match(bookRecords(text)), expected)
        case .level(let text, let expected): return (try match([level(text)]), expected)
        }
        return nil
    }

    // MARK: - Orders

    private mutating func submit(_ text: String) throws {
        let (intent, protection) = OrderText(text).intent
        let approved = try gate.approve(intent, protection: protection, terms: instrument, at: time)
        let slot = orders.accept(
            approved, in: sequence, tradableFrom: time + venue.terms.latencyNanoseconds, dayOffset: dayOffset)
        protections[orders.order(slot).id] = protection
    }

    private mutating func modify(_ text: String) throws {
        let words = text.split(separator: " ").map(String.init)
        let id = try #require(UInt64(words[0].dropFirst()))
        let slot = orders.slot(id: id, instrumentCount: 2)
        var intent = orders.order(slot).intent
        let change = OrderText("buy " + words.dropFirst().joined(separator: " "))
        intent.quantity = change.quantity - orders.order(slot).filled
        intent.price = change.price
        intent.stopPrice = change.stopPrice
        let approved = try gate.approve(intent, .modify, orderID: id, terms: instrument, at: time)
        _ = orders.modify(
            slot, approved, in: sequence, tradableFrom: time + venue.terms.latencyNanoseconds)
    }

    // MARK: - Events

    private func bar(_ text: String) -> EventRecord {
        let numbers = text.split(separator: " ")
        return EventRecord(
            Bar(
                instrument: 1, closeTime: time + pause, interval: pause, open: price(String(numbers[0])),
                high: price(String(numbers[1])), low: price(String(numbers[2])), close: price(String(numbers[3])),
                volume: numbers.count > 4 ? quantity(String(numbers[4])) : .zero))
    }

    private func quote(_ text: String) -> EventRecord {
        let numbers = text.split(separator: " ").map(String.init)
        return EventRecord(
            Quote(
                instrument: 1, time: time + pause, bid: price(numbers[0]), bidQuantity: quantity(numbers[1]),
                ask: price(numbers[2]), askQuantity: quantity(numbers[3])))
    }

    private func trade(_ text: String) -> EventRecord {
        let numbers = text.split(separator: " ").map(String.init)
        return EventRecord(
            Trade(
                instrument: 1, time: time + pause, price: price(numbers[0]), quantity: quantity(numbers[1]),
                aggressor: numbers.count < 3 ? nil : numbers[2] == "buy" ? .buy : .sell))
    }

    private func bookRecords(_ text: String) -> [EventRecord] {
        let sides = text.split(separator: "|", omittingEmptySubsequences: false).map { side in
            side.split(separator: ",").filter { $0 != " " }.map { level in
                let words = level.split(separator: " ").map(String.init)
                return BookLevel(price: price(words[2]), quantity: quantity(words[0]))
            }
        }
        let book = OrderBook(bids: BookSide(sides[0], .buy), asks: BookSide(sides[1], .sell), at: time + pause)
        let records = book.records(instrument: 1, time: time + pause)
        return (0..<OrderBook.recordCount).map { records[$0] }
    }

    private func level(_ text: String) -> EventRecord {
        let words = text.split(separator: " ").map(String.init)
        return EventRecord(
            DepthLevel(
                instrument: 1, time: time + pause, side: words[0] == "bid" ? .buy : .sell,
                level: UInt8(words[1].dropLast())!, price: price(words[4]), quantity: quantity(words[2])))
    }

    /// As the engine does it: the book is renewed before the venue looks at it.
    private mutating func match(_ records: [EventRecord]) throws -> [String] {
        records.withUnsafeBufferPointer { books[0].apply($0.baseAddress!, count: $0.count) }
        return try match(records[0])
    }

    private mutating func match(_ record: EventRecord) throws -> [String] {
        time = record.timestamp
        pause = 60 * second
        sequence += 1
        let book = hasDepth ? books.pointer(at: 0) : nil
        guard venue.begin(record, instrument, sequence: sequence, book: book) else { return ["no event"] }
        var lines: [String] = []
        while let report = venue.next(&orders) {
            lines.append(try settle(report))
            let sent = uponReport
            uponReport = []
            for step in sent { _ = try take(step) }
        }
        return lines
    }

    /// As the venue asks of its caller: books the fill, ends the order, or lets the gate judge the trigger.
    private mutating func settle(_ report: VenueReport) throws -> String {
        let order = orders.order(report.slot)
        switch report.kind {
        case .filled:
            let value = Money.value(report.price, report.quantity)!
            _ = orders.fill(report.slot, quantity: report.quantity, value: value, at: time)
            return "#\(order.id) \(report.quantity) at \(report.price) \(report.liquidity)"
        case .triggered:
            guard !refusesTriggers else {
                _ = orders.end(report.slot, as: .cancelled, at: time)
                return "#\(order.id) trigger at \(report.price) refused"
            }
            let protection = protections[order.id] ?? .zero
            let approved = try gate.approve(
                order.intent, .trigger, orderID: order.id, protection: protection, terms: instrument, at: time)
            _ = orders.trigger(report.slot, approved)
            return "#\(order.id) triggered at \(report.price)"
        case .cancelled, .expired:
            _ = orders.end(report.slot, as: report.kind == .expired ? .expired : .cancelled, at: time)
            return "#\(order.id) \(report.kind) \(report.reason)"
        }
    }
}

/// An order as a line of a script.
struct OrderText {
    private(set) var side = Side.buy
    private(set) var quantity = Quantity.zero
    private(set) var price = Price.zero
    private(set) var stopPrice = Price.zero
    private var protection = Price.zero
    private var strategy: Int32 = 0
    private var timeInForce = TimeInForce.goodTillCancelled

    init(_ text: String) {
        var words = text.split(separator: " ").map(String.init)
        side = words.removeFirst() == "buy" ? .buy : .sell
        quantity = Quantity(words.removeFirst())!
        while !words.isEmpty {
            switch words.removeFirst() {
            case "limit": price = Price(words.removeFirst())!
            case "stop": stopPrice = Price(words.removeFirst())!
            case "protect": protection = Price(words.removeFirst())!
            case "by": strategy = Int32(words.removeFirst())!
            case "DAY": timeInForce = .day
            case "IOC": timeInForce = .immediateOrCancel
            case "FOK": timeInForce = .fillOrKill
            case "market": break
            case let word: preconditionFailure("'\(word)' in '\(text)'")
            }
        }
    }

    var intent: (OrderIntent, protection: Price) {
        let kind: OrderKind =
            switch (price == .zero, stopPrice == .zero) {
            case (true, true): .market
            case (false, true): .limit
            case (true, false): .stopLoss
            case (false, false): .stopLimit
            }
        let intent = OrderIntent(
            strategy: strategy, instrument: 1, tag: 1, side: side, kind: kind, quantity: quantity, price: price,
            stopPrice: stopPrice, timeInForce: timeInForce)
        return (intent, protection)
    }
}
