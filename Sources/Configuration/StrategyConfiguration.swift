public import Trading

/// strategies/<id>/strategy.yaml: a plugin with parameters, instruments and limits under an id.
public struct StrategyConfiguration: Sendable, Equatable {
    public enum Direction: String, Sendable, CaseIterable { case long, short, both }
    public enum ExecutionMode: String, Sendable, CaseIterable {
        case paper = "PAPER"
        case live = "LIVE"
    }
    public enum Isolation: String, Sendable, CaseIterable { case host, worker }
    /// What happens to the open orders and positions.
    public enum EndPolicy: String, Sendable, CaseIterable { case cancel, keep, flatten }

    /// The folder's name.
    public var id: String
    /// As given to `StrategiesFolder.read`, with the strategy's folder.
    public var folder: String
    /// A plugin's id; nil = the library in the folder.
    public var plugin: String?
    public var pluginLine = 0
    public var name: String
    public var description = ""
    public var direction = Direction.both
    public var category = ""
    public var tags: [String] = []
    public var account = "paper"
    public var enabled = true
    public var executionMode = ExecutionMode.paper
    /// nil = the default of its kind: host for bundled plugins, worker for drop-ins.
    public var isolation: Isolation?
    public var instruments: [String] = []
    public var timeframe = Timeframe.oneMinute
    /// By name; the plugin says what they must be.
    public var parameters: [String: ParameterText] = [:]
    /// Strategy scope, the strictest of `risk_parameters`, `capabilities` and `limits`.
    public var limits = LimitSettings()
    public var risk = RiskParameters()
    /// Kinds that it may send; nil = all.
    public var orderKinds: [OrderKind]?
    /// What it may be bound to, whatever `instruments` says; nil = all.
    public var instrumentsMax: [String]?
    public var schedule = Schedule()
    public var onStop = EndPolicy.cancel
    public var onFault = EndPolicy.cancel

    /// No strategy's: the host keeps the orders under it that clients send for none.
    public static let reservedID = "manual"

    public init(id: String, folder: String) {
        self.id = id
        self.folder = folder
        name = id
    }
}

/// `risk_parameters` beyond the limits.
public struct RiskParameters: Sendable, Equatable {
    /// Fraction of the average entry price; the key is in percent.
    public var stopLoss: Rate?
    /// Fraction of the average entry price; the key is in percent.
    public var takeProfit: Rate?
}

/// When a strategy's own orders may go out.
public struct Schedule: Sendable, Equatable {
    /// After midnight.
    public var startMinutes = 0
    /// After midnight; at or before the start = the window runs into the next day.
    public var endMinutes = 1440
    /// 0 = Sunday.
    public var daysOfWeek = [0, 1, 2, 3, 4, 5, 6]
    /// IANA name.
    public var timeZone = "UTC"

    public init() {}

    /// It never closes.
    public var isAlways: Bool { startMinutes == 0 && endMinutes == 1440 && daysOfWeek.count == 7 }
}

extension StrategyConfiguration {
    /// Reads the bytes of a strategy.yaml; `file` is the path for the findings.
    public static func read(
        _ bytes: [UInt8], id: String, folder: String, file: String, host: HostConfiguration
    ) -> (StrategyConfiguration, [ConfigurationFinding]) {
        let source = YAMLSource(file: file, bytes: bytes)
        let findings = FindingList(file: file, source.findings)
        var root = Section(source.root, path: "", findings: findings)
        var strategy = StrategyConfiguration(id: id, folder: folder)
        strategy.read(&root, host)
        return (strategy, findings.all.inFileOrder)
    }

    private mutating func read(_ root: inout Section, _ host: HostConfiguration) {
        readIdentity(&root)
        readOperation(&root, host)
        readInstruments(&root, host)
        readParameters(&root)
        readRisk(&root)
        readSchedule(&root)
        root.finish()
    }

    private mutating func readIdentity(_ root: inout Section) {
        let rule = "a plugin's id of 1 to 64 letters, digits and _"
        plugin = root.read("plugin", rule) { Identifier.isValid($0) && !$0.contains("-") ? $0 : nil }
        pluginLine = root.node("plugin")?.line ?? 0
        if let text = root.text("name", maxBytes: 128) { name = text }
        if let text = root.text("description") { description = text }
        if let choice = root.choice("direction", Direction.self) { direction = choice }
        if let text = root.text("category", maxBytes: 64) { category = text }
        if let texts = root.distinct("tags", of: "a text", { $0 }) { tags = texts }
    }

    private mutating func readOperation(_ root: inout Section, _ host: HostConfiguration) {
        let accounts = host.accounts.map(\.id)
        let expected = "an account of host.yaml: " + accounts.joined(separator: ", ")
        if let text = root.read("account", expected, { accounts.contains($0) ? $0 : nil }) { account = text }
        if root.isMissing("account"), !accounts.contains(account) {
            root.findings.add(
                nil, "account",
                "host.yaml has no account '\(account)'; name one of: \(accounts.joined(separator: ", "))")
        }
        if let flag = root.boolean("enabled") { enabled = flag }
        if let mode = root.choice("execution_mode", ExecutionMode.self) { executionMode = mode }
        if executionMode == .live {
            root.remark(.error, "execution_mode", "known, but this version trades on paper only; use PAPER")
        }
        isolation = root.choice("isolation", Isolation.self)
        if let policy = root.choice("on_stop", EndPolicy.self) { onStop = policy }
        if let policy = root.choice("on_fault", EndPolicy.self) { onFault = policy }
    }

    private mutating func readInstruments(_ root: inout Section, _ host: HostConfiguration) {
        let expected = "an instrument's id of 1 to 31 characters without spaces"
        instruments = root.distinct("instruments", of: expected) { Section.isInstrument($0) ? $0 : nil } ?? []
        if instruments.isEmpty, !root.findings.hasErrors {
            root.findings.add(
                root.node("instruments"), "instruments", "none are named, so it trades nothing", severity: .warning)
        }
        for id in instruments where !host.instruments.contains(id) {
            let hint = Nearest.match(id, in: host.instruments).map { "; did you mean \($0)?" } ?? ""
            root.remark(.warning, "instruments", "no simulator or feed has \(id)\(hint)")
        }
        let frames = Timeframe.allCases.filter { $0 != .other }.map(\.name).joined(separator: ", ")
        if let frame = root.read("timeframe", "one of \(frames)", { Timeframe(name: $0) }) { timeframe = frame }
    }

    private mutating func readParameters(_ root: inout Section) {
        var section = root.section("parameters")
        for entry in section.named() {
            if let text = ParameterText(entry.value) {
                parameters[entry.key] = text
            } else {
                section.remark(.error, entry.key, "expected a single value, found \(entry.value.kindName)")
            }
        }
    }

    private mutating func readRisk(_ root: inout Section) {
        var section = root.section("risk_parameters")
        let positionSize = section.quantity("max_position_size")
        risk.stopLoss = section.percent("stop_loss_percent", above0: true)
        risk.takeProfit = section.percent("take_profit_percent", above0: true)
        var fromRisk = LimitSettings(&section, scope: .strategy)
        section.finish()
        var size = LimitSettings()
        size.maxPositionQuantity = positionSize
        fromRisk = fromRisk.strictest(size)

        var capabilities = root.section("capabilities")
        let names = OrderKind.allCases.map(\.name)
        orderKinds = capabilities.distinct("order_kinds", of: "one of " + names.joined(separator: ", ")) { name in
            OrderKind.allCases.first { $0.name == name }
        }
        let expected = "an instrument's id of 1 to 31 characters without spaces"
        instrumentsMax = capabilities.distinct("instruments", of: expected) { Section.isInstrument($0) ? $0 : nil }
        for id in instruments where !isCapable(of: id) {
            root.remark(.error, "instruments", "capabilities.instruments does not list \(id)")
        }
        let fromCapabilities = LimitSettings(&capabilities, scope: .strategy)
        capabilities.finish()

        var own = root.section("limits")
        let fromLimits = LimitSettings(&own, scope: .strategy)
        own.finish()
        limits = fromRisk.strictest(fromCapabilities).strictest(fromLimits)
    }

    /// Its capabilities let it trade the instrument.
    public func isCapable(of instrument: String) -> Bool { instrumentsMax?.contains(instrument) ?? true }

    private mutating func readSchedule(_ root: inout Section) {
        var section = root.section("schedule")
        schedule = Schedule(&section)
        section.finish()
        if schedule.daysOfWeek.isEmpty {
            section.remark(.warning, "days_of_week", "names no day, so the strategy sends nothing")
        }
    }
}
