public import Trading

/// `trading` of host.yaml: how far settings may be changed while the host runs.
public struct TradingSettings: Sendable, Equatable {
    /// Fraction of equity that PUT /config may allow a position at most.
    public var maxPositionSizeCeiling = Rate(raw: 50_000_000)

    public init() {}
}

extension TradingSettings {
    init(_ section: inout Section) {
        if let raw = section.decimal("max_position_size_ceiling", scale: Rate.decimals, in: 0...1, above0: true) {
            maxPositionSizeCeiling = Rate(raw: raw)
        }
        section.finish()
    }
}
