/// Where a price is thought to go.
public struct Opinion: Sendable, Equatable {
    public enum Direction: Int, CaseIterable, Sendable {
        case hold = 0
        case buy = 1
        case sell = 2
    }

    /// Below this confidence it is not worth a trade: hold.
    public static let holdBelow = 0.55

    public var direction: Direction
    /// How likely the likelier side is: 0.5 = a toss-up, 1 = certain.
    public var confidence: Double
    /// 2 p − 1: −1 = surely down, 1 = surely up.
    public var strength: Double

    public init(direction: Direction, confidence: Double, strength: Double) {
        self.direction = direction
        self.confidence = confidence
        self.strength = strength
    }

    /// `probability` that the price rises; what is no number is taken for a toss-up.
    public init(probability: Double) {
        let p = probability.isNaN ? 0.5 : min(max(probability, 0), 1)
        confidence = max(p, 1 - p)
        strength = 2 * p - 1
        direction = confidence < Opinion.holdBelow ? .hold : p > 0.5 ? .buy : .sell
    }

    /// The side that it leans to, however little: a toss-up leans up.
    public var isUp: Bool { direction == .buy || (direction == .hold && strength >= 0) }
}
