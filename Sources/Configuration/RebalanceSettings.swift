public import Trading

/// `accounts.<id>.rebalance` of host.yaml: what the account is to hold, and how far it may be from that.
public struct RebalanceSettings: Sendable, Equatable {
    public struct Weight: Sendable, Equatable {
        public var instrument: String
        /// Of the account's equity.
        public var share: Rate
    }

    public enum Weights: Sendable, Equatable {
        case fixed([Weight])
        /// Of these instruments; nil = of all that the host has.
        case equal([String]?)
        case inverseVolatility([String]?)

        public var name: String {
            switch self {
            case .fixed: "fixed"
            case .equal: "equal"
            case .inverseVolatility: "inverse_volatility"
            }
        }
    }

    public var weights: Weights
    /// The part of equity that equal and inverse_volatility share out.
    public var invested = Rate(raw: 950_000_000)
    /// How far a weight may be from its target.
    public var band = Rate(raw: 20_000_000)
    /// Of the market's time, between two looks; nil = only when somebody asks for it.
    public var everySeconds: Int64?
    /// Of one-minute returns that volatilities are measured over.
    public var windowSeconds: Int64 = 3600

    /// Those that are named.
    public var instruments: [String] {
        switch weights {
        case .fixed(let weights): weights.map(\.instrument)
        case .equal(let names), .inverseVolatility(let names): names ?? []
        }
    }

    public init(_ weights: Weights) { self.weights = weights }

    /// nil = there is no such section, or its weights are wrong. `leverage` bounds their sum.
    static func read(_ section: inout Section, leverage: Rate) -> RebalanceSettings? {
        guard section.node != nil else { return nil }
        section.require("weights")
        let weights = readWeights(&section, leverage)
        var settings = RebalanceSettings(weights ?? .fixed([]))
        if let raw = section.decimal("invested", scale: Rate.decimals, in: 0...1, above0: true) {
            settings.invested = Rate(raw: raw)
        }
        if let raw = section.decimal("band", scale: Rate.decimals, in: 0...1) { settings.band = Rate(raw: raw) }
        let every = section.read("every", "a time like 90s, 15m or 1d of a second to 31 days, or off") { text in
            text == "off" ? 0 : TimeSpan.seconds(text, in: 1...31 * 86_400)
        }
        if let every, every > 0 { settings.everySeconds = every }
        let window = section.read("window", "a time like 15m, 1h or 1d of fifteen minutes to a day") { text in
            TimeSpan.seconds(text, in: 900...86_400)
        }
        if let window { settings.windowSeconds = window }
        section.finish()
        return weights == nil ? nil : settings
    }

    private static func readWeights(_ section: inout Section, _ leverage: Rate) -> Weights? {
        let instruments = section.distinct("instruments", of: "an instrument's id") {
            Section.isInstrument($0) ? $0 : nil
        }
        if case .mapping? = section.node("weights")?.content {
            if section.node("instruments") != nil {
                section.remark(.error, "instruments", "belongs to weights that are equal or inverse_volatility")
            }
            return fixed(&section, leverage)
        }
        let expected = "equal, inverse_volatility, or a share of equity by instrument"
        return section.read("weights", expected) { text in
            switch text {
            case "equal": .equal(instruments)
            case "inverse_volatility": .inverseVolatility(instruments)
            default: nil
            }
        }
    }

    private static func fixed(_ section: inout Section, _ leverage: Rate) -> Weights {
        var shares = section.section("weights")
        var weights: [Weight] = []
        for entry in shares.named() {
            if !Section.isInstrument(entry.key) {
                shares.remark(.error, entry.key, "an instrument's id has 1 to 31 characters without spaces")
            }
            guard let raw = shares.decimal(entry.key, scale: Rate.decimals, in: 0...1000) else { continue }
            weights.append(Weight(instrument: entry.key, share: Rate(raw: raw)))
        }
        let sum = Rate(raw: weights.reduce(0) { $0 + $1.share.raw })
        if sum > leverage {
            section.remark(.error, "weights", "add up to \(sum); the account may invest \(leverage) of its equity")
        }
        return .fixed(weights)
    }
}
