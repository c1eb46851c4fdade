public import Trading

/// What one fill did to its strategy's position.
@frozen public struct FillOutcome: Sendable, BitwiseCopyable, Equatable {
    /// The strategy's position after the fill.
    public var position: Position
    /// Profit of the part that this fill closed, before commission, in the quote currency.
    public var realized: Money
    /// The round trip that this fill ended (a flip ends one and begins the next).
    public var roundTrip: RoundTrip?

    @inlinable
    public init(position: Position, realized: Money = .zero, roundTrip: RoundTrip? = nil) {
        self.position = position
        self.realized = realized
        self.roundTrip = roundTrip
    }
}
