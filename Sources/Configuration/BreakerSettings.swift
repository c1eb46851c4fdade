/// `breakers.<name>` of host.yaml: what throws an emergency stop by itself.
public struct BreakerSettings: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case dailyLoss = "daily_loss"
        case errorRate = "error_rate"
        case rejectRate = "reject_rate"
        case staleData = "stale_data"
        case volatility
        case drawdown

        /// The first one is the default.
        public var scopes: [Scope] {
            switch self {
            case .dailyLoss, .drawdown: [.account, .agent]
            case .errorRate: [.agent, .account, .system]
            case .rejectRate: [.agent, .account, .instrument, .system]
            case .staleData, .volatility: [.instrument]
            }
        }
    }

    public enum Scope: String, Sendable, CaseIterable { case system, account, agent, instrument }
    public enum Mode: String, Sendable, CaseIterable { case stop, reduce, cancel, flatten }
    public enum Reset: Sendable, Equatable {
        case manual
        case day
        case after(seconds: Int64)
    }

    public var name: String
    public var kind: Kind
    public var scope: Scope
    /// One account, strategy or instrument; nil = each of its own.
    public var target: String?
    /// Money of the account, a count, seconds, or a fraction: 1e-8 of it. What lies above trips.
    public var threshold: Int64
    public var windowSeconds: Int64 = 60
    public var mode = Mode.stop
    public var reset = Reset.manual

    public init(name: String, kind: Kind, threshold: Int64) {
        self.name = name
        self.kind = kind
        self.threshold = threshold
        scope = kind.scopes[0]
    }

    /// "manual", "day" or "300s".
    public var resetText: String {
        switch reset {
        case .manual: "manual"
        case .day: "day"
        case .after(let seconds): "\(seconds)s"
        }
    }

    static let most = 100

    static func read(_ section: inout Section) -> [BreakerSettings] {
        var all: [BreakerSettings] = []
        for entry in section.named() {
            if !Identifier.isValid(entry.key) {
                section.remark(.error, entry.key, "a breaker's name is \(Identifier.rule)")
            }
            var one = section.section(entry.key)
            let kind = one.choice("kind", Kind.self)
            let threshold = one.decimal("threshold", scale: 8, in: 0...10_000_000_000)
            for key in ["kind", "threshold"] where one.isMissing(key) {
                section.remark(.error, entry.key, "\(key) is missing")
            }
            var breaker = BreakerSettings(name: entry.key, kind: kind ?? .dailyLoss, threshold: threshold ?? 0)
            breaker.readRest(&one)
            one.finish()
            if kind != nil, threshold != nil { all.append(breaker) }
            if all.count > most {
                section.remark(.error, entry.key, "more than \(most) breakers")
                return all
            }
        }
        return all
    }

    private mutating func readRest(_ section: inout Section) {
        if let chosen = section.choice("scope", Scope.self) {
            scope = chosen
            if !kind.scopes.contains(chosen) {
                let possible = kind.scopes.map(\.rawValue).joined(separator: " or ")
                section.remark(.error, "scope", "a breaker of \(kind.rawValue) has the scope \(possible)")
            }
        }
        target = section.text("target", maxBytes: 100)
        if target != nil, scope == .system {
            section.remark(.error, "target", "the system is one: leave the target out")
        }
        if let seconds = section.integer("window_seconds", in: 1...86_400) { windowSeconds = Int64(seconds) }
        if let chosen = section.choice("mode", Mode.self) { mode = chosen }
        if let rule = section.read("reset", "manual, day or a time like 300s", Self.reset) { reset = rule }
    }

    private static func reset(_ text: String) -> Reset? {
        switch text {
        case "manual": return .manual
        case "day": return .day
        default:
            guard text.hasSuffix("s"), let seconds = Int64(text.dropLast()), (1...604_800).contains(seconds) else {
                return nil
            }
            return .after(seconds: seconds)
        }
    }
}
