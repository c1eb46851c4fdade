public import Trading

/// `bridge` of host.yaml: whether and how signals become orders by themselves.
public struct BridgeSettings: Sendable, Equatable {
    public var isEnabled = false
    /// Where signals of models are traded; those of a strategy are in its own account. nil = in the first one.
    public var account: String?
    /// Fraction of equity that the bridge's open trades of an account may lose together at their stops.
    public var riskLimit = Rate(raw: 150_000_000)
    /// How often an order is tried while the market is unavailable, with 1 s, 2 s, 4 s … up to a minute in between.
    public var attemptsMax = 10
    /// Signals that are looked after at once; those beyond wait in the journal.
    public var queueMax = 256

    public init() {}

    init(_ section: inout Section) {
        if let isEnabled = section.boolean("enabled") { self.isEnabled = isEnabled }
        account = section.text("account", maxBytes: 64)
        if let raw = section.decimal("risk_limit", scale: Rate.decimals, in: 0...1, above0: true) {
            riskLimit = Rate(raw: raw)
        }
        if let count = section.integer("attempts", in: 1...100) { attemptsMax = count }
        if let count = section.integer("queue", in: 1...10_000) { queueMax = count }
        section.finish()
    }
}
