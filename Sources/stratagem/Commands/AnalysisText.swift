import Features
import Trading

/// An analysis for people and as JSON.
struct AnalysisText {
    let analysis: MarketAnalysis

    var lines: [String] {
        let (state, profile) = (analysis.state, analysis.profile)
        let openGaps = analysis.gaps.filter { $0.filled == nil }
        let openBlocks = analysis.blocks.filter { $0.mitigated == nil }
        var table = TextTable([("", .left), ("", .left)])
        table.add(["bars", "\(analysis.barCount) until \(analysis.time)"])
        table.add(["close", "\(analysis.close)"])
        table.add(["state", state.condition.rawValue])
        table.add(["trend", state.direction.rawValue])
        table.add(["volatility", state.volatility.rawValue])
        table.add(["phase", analysis.phase.rawValue])
        table.add(["point of control", "\(profile.pointOfControl)"])
        table.add(["value area", "\(profile.valueAreaLow) to \(profile.valueAreaHigh)"])
        table.add(["support", AnalysisText.text(analysis.supports)])
        table.add(["resistance", AnalysisText.text(analysis.resistances)])
        table.add(["open gaps", AnalysisText.text(openGaps.map { ($0.bias, $0.bottom, $0.top) })])
        table.add(["open blocks", AnalysisText.text(openBlocks.map { ($0.bias, $0.bottom, $0.top) })])
        return Array(table.lines.dropFirst())
    }

    private static func text(_ levels: [PriceLevel]) -> String {
        levels.isEmpty ? "none" : levels.map { "\($0.price) (\($0.touches) touches)" }.joined(separator: ", ")
    }

    /// The latest three: a file can have fifty.
    private static func text(_ zones: [(bias: Bias, bottom: Price, top: Price)]) -> String {
        guard !zones.isEmpty else { return "none" }
        let latest = zones.suffix(3).reversed().map { "\($0.bias.rawValue) \($0.bottom) to \($0.top)" }
        return "\(zones.count): \(latest.joined(separator: ", "))\(zones.count > 3 ? " …" : "")"
    }

    var json: JSON {
        let profile = analysis.profile
        return .object([
            ("time", .string(analysis.time.description)), ("bars", .integer(analysis.barCount)),
            ("close", AnalysisText.number(analysis.close)), ("phase", .string(analysis.phase.rawValue)),
            (
                "volume_profile",
                .object([
                    ("bin_width", AnalysisText.number(profile.binWidth)),
                    ("begin", AnalysisText.number(profile.begin)),
                    ("poc", AnalysisText.number(profile.pointOfControl)),
                    ("value_area_high", AnalysisText.number(profile.valueAreaHigh)),
                    ("value_area_low", AnalysisText.number(profile.valueAreaLow)),
                    (
                        "volumes",
                        .array(profile.volumes.map { .number(DecimalText.format($0, scale: Quantity.decimals)) })
                    ),
                ])
            ),
            ("supports", .array(analysis.supports.map(AnalysisText.level))),
            ("resistances", .array(analysis.resistances.map(AnalysisText.level))),
            ("fair_value_gaps", .array(analysis.gaps.map(AnalysisText.gap))),
            ("order_blocks", .array(analysis.blocks.map(AnalysisText.block))),
            ("states", .array(analysis.states.map(AnalysisText.state))),
        ])
    }

    private static func number(_ price: Price) -> JSON { .number(price.description) }

    private static func state(_ state: MarketState) -> JSON {
        .object([
            ("state", .string(state.condition.rawValue)), ("trend_direction", .string(state.direction.rawValue)),
            ("volatility_level", .string(state.volatility.rawValue)),
        ])
    }

    private static func level(_ level: PriceLevel) -> JSON {
        .object([
            ("price", number(level.price)), ("touches", .integer(level.touches)),
            ("latest", .string(level.latest.description)),
        ])
    }

    private static func gap(_ gap: FairValueGap) -> JSON {
        .object([
            ("bias", .string(gap.bias.rawValue)), ("bottom", number(gap.bottom)), ("top", number(gap.top)),
            ("time", .string(gap.time.description)), ("filled", .optional(gap.filled?.description)),
        ])
    }

    private static func block(_ block: OrderBlock) -> JSON {
        .object([
            ("bias", .string(block.bias.rawValue)), ("bottom", number(block.bottom)), ("top", number(block.top)),
            ("time", .string(block.time.description)), ("displaced", .string(block.displaced.description)),
            ("mitigated", .optional(block.mitigated?.description)),
        ])
    }
}
