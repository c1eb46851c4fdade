internal import Trading

/// strategies/host.yaml: accounts, limits, compliance and the host's own settings. Every key has a default.
public struct HostConfiguration: Sendable, Equatable {
    public var api = APISettings()
    /// In the file's order.
    public var accounts = [AccountConfiguration(id: "paper")]
    /// System scope.
    public var limits = LimitSettings()
    /// Instrument scope: `limits.instruments.<id>`.
    public var instrumentLimits: [String: LimitSettings] = [:]
    /// `instruments.<id>`: what positions in it cost.
    public var financing: [String: FinancingSettings] = [:]
    /// In the file's order.
    public var programs = [ComplianceProgram(name: "default")]
    /// In the file's order; the first that names an instrument is its own.
    public var calendars: [CalendarSettings] = []
    public var simulator = SimulatorSettings()
    public var feeds: [FeedSettings] = []
    public var paperVenue = PaperVenueSettings()
    public var plugins = PluginSettings()
    public var journal = JournalSettings()
    public var faults = FaultSettings()
    /// In the file's order.
    public var breakers: [BreakerSettings] = []
    public var alerts = AlertSettings()
    public var recordings = RecordingSettings()
    public var trading = TradingSettings()
    public var signals = SignalSettings()
    public var bridge = BridgeSettings()

    public init() {}

    public func account(_ id: String) -> AccountConfiguration? { accounts.first { $0.id == id } }
    public func program(_ name: String) -> ComplianceProgram? { programs.first { $0.name == name } }

    /// Instruments that have market data: the simulator's and those of the feeds.
    public var instruments: [String] {
        simulator.instruments + feeds.map(\.instrument).filter { !simulator.instruments.contains($0) }
    }

    /// Reads the bytes of a host.yaml; `file` is the path for the findings.
    public static func read(_ bytes: [UInt8], file: String) -> (HostConfiguration, [ConfigurationFinding]) {
        let source = YAMLSource(file: file, bytes: bytes)
        let findings = FindingList(file: file, source.findings)
        var root = Section(source.root, path: "", findings: findings)
        let host = HostConfiguration(&root)
        return (host, findings.all.inFileOrder)
    }

    private init(_ root: inout Section) {
        var api = root.section("api")
        self.api = APISettings(&api)
        readCalendars(&root)
        readPrograms(&root)
        readAccounts(&root)
        var simulator = root.section("simulator")
        self.simulator = SimulatorSettings(&simulator)
        var feeds = root.section("feeds")
        self.feeds = FeedSettings.read(&feeds)
        var venue = root.section("paper_venue")
        paperVenue = PaperVenueSettings(&venue)
        readLimits(&root)
        readFinancing(&root)
        findUnquoted(root)
        findUnlisted(root)
        var plugins = root.section("plugins")
        self.plugins = PluginSettings(&plugins)
        var journal = root.section("journal")
        self.journal = JournalSettings(&journal)
        var faults = root.section("faults")
        self.faults = FaultSettings(&faults)
        var breakers = root.section("breakers")
        self.breakers = BreakerSettings.read(&breakers)
        var alerts = root.section("alerts")
        self.alerts = AlertSettings(&alerts)
        var recordings = root.section("recordings")
        self.recordings = RecordingSettings(&recordings)
        var trading = root.section("trading")
        self.trading = TradingSettings(&trading)
        var signals = root.section("signals")
        self.signals = SignalSettings(&signals)
        readBridge(&root)
        root.finish()
    }

    private mutating func readAccounts(_ root: inout Section) {
        var section = root.section("accounts")
        guard !section.isEmpty else { return }
        accounts = []
        for entry in section.named() {
            if !Identifier.isValid(entry.key) {
                section.remark(.error, entry.key, "an account's id is \(Identifier.rule)")
            }
            var one = section.section(entry.key)
            let account = AccountConfiguration(&one, id: entry.key)
            if program(account.complianceProgram) == nil {
                let known = programs.map(\.name).joined(separator: ", ")
                var compliance = one.section("compliance")
                _ = compliance.value("program")
                compliance.remark(.error, "program", "unknown compliance program; there is \(known)")
            }
            one.finish()
            accounts.append(account)
        }
    }

    private mutating func readBridge(_ root: inout Section) {
        var section = root.section("bridge")
        bridge = BridgeSettings(&section)
        guard let id = bridge.account, account(id) == nil else { return }
        let known = accounts.map(\.id).joined(separator: ", ")
        section.remark(.error, "account", "there is no account \(id); there is \(known)")
    }

    private mutating func readCalendars(_ root: inout Section) {
        var section = root.section("calendars")
        for entry in section.named() {
            var one = section.section(entry.key)
            calendars.append(CalendarSettings(&one, name: entry.key))
            one.finish()
        }
    }

    private mutating func readPrograms(_ root: inout Section) {
        var compliance = root.section("compliance")
        var section = compliance.section("programs")
        compliance.finish()
        guard !section.isEmpty else { return }
        programs = []
        for entry in section.named() {
            var one = section.section(entry.key)
            programs.append(ComplianceProgram(&one, name: entry.key))
            one.finish()
        }
        // Accounts that name no program are held to this one.
        if program("default") == nil { programs.append(ComplianceProgram(name: "default")) }
    }

    private mutating func readLimits(_ root: inout Section) {
        var section = root.section("limits")
        limits = LimitSettings(&section, scope: .system)
        var byInstrument = section.section("instruments")
        for entry in byInstrument.named() {
            var one = byInstrument.section(entry.key)
            instrumentLimits[entry.key] = LimitSettings(&one, scope: .instrument)
            one.finish()
            findUnknown(byInstrument, entry)
        }
        section.finish()
    }

    private func findUnknown(_ section: Section, _ entry: ConfigurationNode.Entry) {
        guard !instruments.contains(entry.key) else { return }
        let hint = Nearest.match(entry.key, in: instruments).map { "; did you mean \($0)?" } ?? ""
        findWarning(section, entry, "no simulator or feed has this instrument\(hint)")
    }

    private mutating func readFinancing(_ root: inout Section) {
        var section = root.section("instruments")
        for entry in section.named() {
            var one = section.section(entry.key)
            financing[entry.key] = FinancingSettings(&one)
            one.finish()
            findUnknown(section, entry)
        }
    }

    /// Conversions by an instrument that nobody quotes.
    private func findUnquoted(_ root: Section) {
        guard case .mapping(let entries)? = root.node("accounts")?.content else { return }
        for entry in entries {
            guard let account = account(entry.key), case .mapping(let keys) = entry.value.content,
                let node = keys.first(where: { $0.key == "conversion" })?.value, case .mapping(let rates) = node.content
            else { continue }
            for rate in rates {
                guard let id = account.conversion[rate.key]?.instrument, !instruments.contains(id) else { continue }
                root.findings.add(
                    rate.value, "accounts.\(entry.key).conversion.\(rate.key)",
                    "no simulator or feed has \(id), so nothing updates the rate", severity: .warning)
            }
        }
    }

    /// Targets of instruments that have no market data.
    private func findUnlisted(_ root: Section) {
        guard case .mapping(let entries)? = root.node("accounts")?.content else { return }
        for entry in entries {
            let unlisted = account(entry.key)?.rebalance?.instruments.filter { !instruments.contains($0) } ?? []
            for id in unlisted {
                root.findings.add(
                    entry.value, "accounts.\(entry.key).rebalance",
                    "no simulator or feed has \(id), so nothing can be rebalanced", severity: .warning)
            }
        }
    }

    private func findWarning(_ section: Section, _ entry: ConfigurationNode.Entry, _ message: String) {
        section.findings.all.append(
            ConfigurationFinding(
                severity: .warning, file: section.findings.file, line: entry.line, column: entry.column,
                keyPath: section.path(entry.key), message: message))
    }
}

extension [ConfigurationFinding] {
    /// As one reads the file; findings of one place keep their order.
    var inFileOrder: [ConfigurationFinding] {
        enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }
        .map(\.element)
    }
}

/// Names that operators choose and that become parts of paths and ids.
enum Identifier {
    static let rule = "1 to 64 letters, digits, _ and -"

    static func isValid(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x5f
                    || $0 == 0x2d
            }
    }
}
