public import CStrategyABI
import StrategyKit

/// Rides a pump (`direction: long`) or a dump (`short`): a fast move of the time-weighted average price together with a
/// surge of volume. Market orders, one position at a time.
///
/// Velocity = how much the average price of `short_window` is ahead of that of `long_window`, in percent per second of the
/// time between the windows' middles. It enters when the velocity in its direction reaches `entry_velocity` and the volume
/// per second of the short window is at least `volume_surge` times that of the long one. It leaves when the velocity has
/// faded to `exit_velocity`, at `take_profit_percent`, at `stop_percent`, or after `max_holding`; then it rests for
/// `cooldown`.
struct PumpDetector: Strategy {
    enum Direction: String, CaseIterable, Codable { case long, short }
    enum Source: String, CaseIterable, Codable { case bars, trades }

    static let info = StrategyInfo(
        id: "PumpDetector", name: "Pump detector", version: "2.0.0",
        description: "Rides fast moves of the time-weighted average price that come with a surge of volume")
    static let events: EventSet = [.bars, .trades]
    static let parameters: [Parameter<Self>] = [
        .choice("direction", \.direction, "long rides pumps, short sells dumps"),
        .choice("source", \.source, "Prices to look at"),
        .duration("short_window", \.shortWindow, in: .milliseconds(100) ... .seconds(3600), "Recent window"),
        .duration("long_window", \.longWindow, in: .milliseconds(200) ... .seconds(86_400), "Window to compare with"),
        .number("entry_velocity", \.entryVelocity, in: 0...100, "Velocity to enter at", unit: "percent per second"),
        .number("volume_surge", \.volumeSurge, in: 0...1000, "Volume ratio to enter at; 0 = any", unit: "times"),
        .number("exit_velocity", \.exitVelocity, in: -100...100, "Velocity to leave at", unit: "percent per second"),
        .number("take_profit_percent", \.takeProfitPercent, in: 0...1000, "Gain to leave at; 0 = off", unit: "percent"),
        .number("stop_percent", \.stopPercent, in: 0...100, "Loss to leave at; 0 = off", unit: "percent"),
        .duration("max_holding", \.maxHolding, in: .zero ... .seconds(86_400), "Longest time in a position; 0 = any"),
        .duration("cooldown", \.cooldown, in: .zero ... .seconds(86_400), "Rest after a position"),
        .quantity("quantity", \.quantity, in: 0.00000001...1_000_000_000, "Quantity of an entry"),
    ]

    static let functions: [Function<Self>] = [
        .function("velocity", "In percent per second; null until the long window is full") {
            $0.window.reading?.velocity
        },
        .function("surge", "Volume ratio of the windows; null until the long one is full") { $0.window.reading?.surge },
    ]

    var direction = Direction.long
    var source = Source.bars
    var shortWindow: Duration = .seconds(4)
    var longWindow: Duration = .seconds(16)
    var entryVelocity = 0.01
    var volumeSurge = 1.2
    var exitVelocity = 0.0
    var takeProfitPercent = 1.0
    var stopPercent = 0.5
    var maxHolding: Duration = .seconds(30)
    var cooldown: Duration = .seconds(10)
    var quantity: Quantity = 1
    private var window = TimeWeightedWindow(short: .seconds(4), long: .seconds(16))
    private var restsUntil = Timestamp(nanoseconds: .min)
    private var lastPrice: Price?
    private var lastTime = Timestamp(nanoseconds: 0)
    private var hasWarned = false

    func validate() -> [String] {
        var problems: [String] = []
        if shortWindow * 2 > longWindow { problems.append("long_window must be at least twice short_window") }
        if longWindow > shortWindow * 1000 { problems.append("long_window must be at most 1000 times short_window") }
        if exitVelocity > entryVelocity { problems.append("exit_velocity must not be above entry_velocity") }
        return problems
    }

    mutating func onStart(_ context: inout Context) {
        window = TimeWeightedWindow(short: shortWindow, long: longWindow)
    }
    mutating func onParameters(_ context: inout Context) { onStart(&context) }

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        guard source == .bars else { return }
        if bar.interval > shortWindow, !hasWarned {
            hasWarned = true
            context.log(.warning, "bars are longer than short_window: velocities are too low, set longer windows")
        }
        // Of a bar we know four prices, so its average counts for its whole length.
        let average = (bar.open.double + bar.high.double + bar.low.double + bar.close.double) / 4
        window.add(price: average, volume: bar.volume.double, from: bar.time - bar.interval, to: bar.time)
        decide(at: bar.close, &context)
    }

    mutating func onTrade(_ trade: Trade, _ context: inout Context) {
        guard source == .trades else { return }
        // A trade's price holds until the next trade.
        let start = lastPrice == nil ? trade.time : lastTime
        window.add(
            price: (lastPrice ?? trade.price).double, volume: trade.quantity.double, from: start, to: trade.time)
        lastPrice = trade.price
        lastTime = trade.time
        decide(at: trade.price, &context)
    }

    private mutating func decide(at price: Price, _ context: inout Context) {
        guard let reading = window.reading, context.workingOrderCount == 0 else { return }
        let velocity = direction == .long ? reading.velocity : -reading.velocity
        if context.position.isFlat {
            guard context.now >= restsUntil, velocity >= entryVelocity, reading.surge >= volumeSurge else { return }
            context.submit(direction == .long ? .buy : .sell, quantity)
        } else if let reason = reasonToLeave(velocity, context.position, price, context.now) {
            context.log(.debug, "leaves: \(reason)")
            restsUntil = context.now + cooldown
            context.closePosition()
        }
    }

    private func reasonToLeave(_ velocity: Double, _ position: Position, _ price: Price, _ now: Timestamp) -> String? {
        let gain = position.gainPercent(at: price)
        if stopPercent > 0, gain <= -stopPercent { return "stop" }
        if takeProfitPercent > 0, gain >= takeProfitPercent { return "take profit" }
        if velocity <= exitVelocity { return "velocity has faded" }
        if maxHolding > .zero, now - position.openedAt >= maxHolding { return "held long enough" }
        return nil
    }
}

@c @implementation
public func strategy_entry_v1(_ hostABI: UInt32) -> UnsafePointer<strategy_entry_v1_t>? {
    StrategyExport.entry(PumpDetector.self, hostABI) { processBlock(PumpDetector.self, $0, $1, $2, $3) }
}
