import Trading

/// How market time follows the clock: from an anchor on, `speed` times as fast.
struct Pace {
    private let speed: Rate
    private var anchor: (clock: Int64, market: Timestamp)

    init(speed: Rate, clock: Int64, market: Timestamp) {
        self.speed = speed
        anchor = (clock, market)
    }

    func market(at clock: Int64) -> Timestamp {
        let passed = Int128(clock - anchor.clock) * Int128(speed.raw) / Int128(Rate.one.raw)
        return Timestamp(nanoseconds: Int64(clamping: Int128(anchor.market.nanoseconds) + passed))
    }

    /// The host could not keep up, or was paused: go on from where the market is, instead of racing after it.
    mutating func reset(clock: Int64, market: Timestamp) { anchor = (clock, market) }
}
