import StrategyKit

/// Rides a trend: long while the fast average is above the slow one, with a stop that never loosens.
struct TrendRider: Strategy {
    static let info = StrategyInfo(id: "TrendRider", name: "Trend rider")
    static let parameters: [Parameter<Self>] = [
        .quantity("quantity", \.quantity, in: 0.001...1000, "Units to buy"),
        .number("stop_percent", \.stopPercent, in: 0.1...50, "Distance of the stop", unit: "percent"),
    ]
    var quantity: Quantity = 1
    var stopPercent = 2.0
    var fast = EMA(20), slow = EMA(50)
    var stop = Price.zero

    mutating func onBar(_ bar: Bar, _ context: inout Context) {
        fast.add(bar.close)
        slow.add(bar.close)
        guard let fast = fast.value, let slow = slow.value else { return }
        let isFlat = context.position.isFlat
        stop = isFlat ? .zero : max(stop, bar.close * (1 - stopPercent / 100))
        let holds = fast > slow && (isFlat ? bar.close.double > fast : bar.close > stop)
        context.moveTo(holds ? quantity : .zero)
    }
}
