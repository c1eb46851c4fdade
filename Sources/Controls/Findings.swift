import Trading

/// What the rules of one judgement found: failures, which deny, apart from warnings. Room for every rule in every scope, so
/// that nothing is cut off.
struct Findings: ~Copyable {
    static let capacity = 128
    /// Failures, behind their room the warnings, and behind those the measures.
    private let base: UnsafeMutablePointer<Finding>
    private(set) var count = 0
    private(set) var warningCount = 0
    private(set) var measureCount = 0
    private(set) var failedRules: UInt64 = 0
    private(set) var warnedRules: UInt64 = 0
    /// Compliance rules that the account's program holds this order to.
    private(set) var applicableRules: UInt64 = 0
    /// Of all measures that passed; kept only while somebody asks "what if".
    private(set) var highestUtilisation = Rate.zero
    private var keepsUtilisation = false
    /// Every measure is kept, passed or not: somebody asks what is left.
    private var keepsMeasures = false
    /// Utilisation from which a measure warns; zero = never.
    private var warningThreshold = Rate.zero
    private var isWatching = false

    init() { base = .allocate(capacity: 3 * Findings.capacity) }
    deinit { base.deallocate() }

    mutating func begin(warningThreshold: Rate, keepsUtilisation: Bool, keepsMeasures: Bool = false) {
        count = 0
        warningCount = 0
        failedRules = 0
        warnedRules = 0
        applicableRules = 0
        highestUtilisation = .zero
        self.warningThreshold = warningThreshold
        self.keepsUtilisation = keepsUtilisation
        self.keepsMeasures = keepsMeasures
        measureCount = 0
        isWatching = keepsUtilisation || keepsMeasures || warningThreshold.raw > 0
    }

    mutating func add(_ finding: Finding) {
        precondition(count < Findings.capacity, "\(count) findings")
        (base + count).initialize(to: finding)
        count += 1
        failedRules |= finding.rule.mask
        if keepsMeasures, finding.used != nil { keep(finding) }
    }

    private mutating func keep(_ finding: Finding) {
        guard measureCount < Findings.capacity else { return }
        (base + 2 * Findings.capacity + measureCount).initialize(to: finding)
        measureCount += 1
    }

    func measure(_ index: Int) -> Finding {
        precondition(index >= 0 && index < measureCount)
        return base[2 * Findings.capacity + index]
    }

    /// The order passes, and its sender hears of this.
    mutating func warn(_ finding: Finding) {
        precondition(warningCount < Findings.capacity, "\(warningCount) warnings")
        var finding = finding
        finding.isWarning = true
        (base + Findings.capacity + warningCount).initialize(to: finding)
        warningCount += 1
        warnedRules |= finding.rule.mask
    }

    /// A measure against its limit: beyond it the rule fails, from the program's warning threshold up it warns.
    @inline(__always)
    mutating func judge(isBeyond: Bool, _ finding: @autoclosure () -> Finding) {
        if isBeyond { add(finding()) } else if isWatching { watch(finding()) }
    }

    @inline(never)
    private mutating func watch(_ finding: Finding) {
        if warningThreshold.raw > 0, finding.reaches(warningThreshold) { warn(finding) }
        if keepsMeasures, finding.used != nil { keep(finding) }
        if keepsUtilisation, let utilisation = finding.utilisation {
            highestUtilisation = max(highestUtilisation, utilisation)
        }
    }

    /// A compliance rule has something to say to this order, and be it yes.
    mutating func apply(_ rule: RuleID) { applicableRules |= rule.mask }

    subscript(_ index: Int) -> Finding {
        precondition(index >= 0 && index < count)
        return base[index]
    }

    func warning(_ index: Int) -> Finding {
        precondition(index >= 0 && index < warningCount)
        return base[Findings.capacity + index]
    }
}

extension Finding {
    /// The measure is at least this share of its limit.
    func reaches(_ share: Rate) -> Bool {
        guard observed > 0, limit > 0 else { return false }
        let (part, isSmall) = observed.multipliedReportingOverflow(by: Int128(Rate.one.raw))
        let (whole, isLarge) = limit.multipliedReportingOverflow(by: Int128(share.raw))
        if isSmall || isLarge { return observed / Int128(share.raw) >= limit / Int128(Rate.one.raw) }
        return part >= whole
    }
}
