/// All that the gate says of an order that nobody has sent: the answer to "what if".
public struct Judgement: Sendable, Equatable {
    /// Why the order would be denied; none = it would pass.
    public var failures: [Finding]
    public var warnings: [Finding]
    /// The compliance rules that applied, as `RuleID.mask`s.
    public var applicableRules: UInt64
    /// Of the measures that passed.
    public var highestPassedUtilisation: Rate
    /// The most that would pass of an order that is too large; nil = its size is not, or not alone, what is wrong.
    public var passingQuantity: Quantity?

    public init(
        failures: [Finding] = [], warnings: [Finding] = [], applicableRules: UInt64 = 0,
        highestPassedUtilisation: Rate = .zero, passingQuantity: Quantity? = nil
    ) {
        self.failures = failures
        self.warnings = warnings
        self.applicableRules = applicableRules
        self.highestPassedUtilisation = highestPassedUtilisation
        self.passingQuantity = passingQuantity
    }

    public var isApproved: Bool { failures.isEmpty }

    /// 0…1: passed compliance rules and half of those that warn over those that apply; 0 when one is violated, 1 when none
    /// applies.
    public var complianceScore: Rate {
        func rules(_ findings: [Finding]) -> UInt64 { findings.reduce(0) { $0 | $1.rule.mask } & applicableRules }
        guard failures.allSatisfy({ !$0.rule.isCompliance }) else { return .zero }
        let applicable = Int64(applicableRules.nonzeroBitCount)
        guard applicable > 0 else { return .one }
        let warned = Int64(rules(warnings).nonzeroBitCount)
        return Rate(raw: (2 * applicable - warned) * Rate.one.raw / (2 * applicable))
    }

    /// The highest utilisation of any limit, 1 = all of it; beyond 1 where one is violated. A rule without a measure that
    /// denies counts as 1.
    public var riskScore: Rate {
        let failed = failures.map { finding in max(finding.measuredUtilisation ?? .one, .one) }
        let warned = warnings.compactMap(\.measuredUtilisation)
        return (failed + warned).reduce(highestPassedUtilisation, max)
    }

    /// What would make it pass: one action where a smaller order does, else one for each reason.
    public var requiredActions: [String] {
        if let passingQuantity { return ["reduce quantity to \(passingQuantity)"] }
        var actions: [String] = []
        for finding in failures where !actions.contains(finding.reason.remedy) {
            actions.append(finding.reason.remedy)
        }
        return actions
    }
}

extension RuleID {
    /// A rule of compliance, not of risk.
    public var isCompliance: Bool { name.hasPrefix("compliance.") }
}

extension Finding {
    /// Of a measure that orders add up to; nil for a tick, a price or an age.
    fileprivate var measuredUtilisation: Rate? { used == nil ? nil : utilisation }
}
