public import Trading

/// `paper_venue` of host.yaml: what trading on paper costs, and how the venue behaves.
public struct PaperVenueSettings: Sendable, Equatable {
    /// Fractions of the value; a maker's may be a rebate.
    public var makerRate = Rate.zero
    public var takerRate = Rate.zero
    /// In the instrument's quote currency.
    public var commissionPerUnit = Money.zero
    /// How much worse than the market a taker trades, a fraction of the price.
    public var slippage = Rate.zero
    public var latencyMilliseconds: Int64 = 0
    public var touchFills = false
    /// The part of a bar's volume that all orders together may take; nil = all.
    public var volumeShare: Rate?

    public init() {}

    init(_ section: inout Section) {
        if let raw = section.decimal("maker_rate", scale: Rate.decimals, in: -1...1) { makerRate = Rate(raw: raw) }
        if let raw = section.decimal("taker_rate", scale: Rate.decimals, in: 0...1) { takerRate = Rate(raw: raw) }
        if let raw = section.decimal("commission_per_unit", scale: Money.decimals, in: 0...1_000_000) {
            commissionPerUnit = Money(raw: Int128(raw))
        }
        if let raw = section.decimal("slippage", scale: Rate.decimals, in: 0...1) { slippage = Rate(raw: raw) }
        if let number = section.integer("latency_ms", in: 0...60_000 as ClosedRange<Int64>) {
            latencyMilliseconds = number
        }
        if let flag = section.boolean("touch_fills") { touchFills = flag }
        if let raw = section.decimal("volume_share", scale: Rate.decimals, in: 0...1, above0: true) {
            volumeShare = Rate(raw: raw)
        }
        section.finish()
    }
}
