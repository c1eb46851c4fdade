public import Trading

/// `compliance.programs.<name>` of host.yaml: the rules that an account is held to.
public struct ComplianceProgram: Sendable, Equatable {
    /// What may not be traded: an instrument or a class of them, and which sides.
    public struct Restriction: Sendable, Equatable {
        public enum Target: Sendable, Equatable {
            case instrument(String)
            case assetClass(String)
        }

        public enum Sides: String, Sendable, CaseIterable {
            case buy, sell, both
            public func covers(_ side: Side) -> Bool { self == .both || (self == .buy) == (side == .buy) }
        }

        public var target: Target
        public var sides: Sides
    }

    public var name: String
    /// Utilisation of a limit from which it is a warning, 0…1.
    public var warningThreshold = Rate(raw: 800_000_000)
    public var restrictedList: [Restriction] = []
    public var tradingHours = true
    public var selfTrade = true
    /// Orders above this notional, in the account's currency, wait for a second person.
    public var approvalNotional: Money?
    public var washSeconds: Int64?
    public var orderToTrade: OrderToTrade?
    public var spoofing: Spoofing?
    public var positionLimits: [PositionLimit] = []
    public var minHoldingSeconds: Int64?
    public var minHoldingBindsReducing = false
    public var dayTradesMax: Int32?
    public var dayTradeDays: Int32 = 5
    public var shortSale = ShortSale.allowed
    /// Instruments that were located for short sales.
    public var located: [String] = []
    public var hedging = true
    public var mandatoryStop = false
    /// Share of equity.
    public var maxLossPerTrade: Rate?
    public var newsEvents: [NewsEvent] = []
    public var flatBeforeCloseMinutes: Int64?
    /// When nothing may be opened.
    public var flatWindows: [Schedule] = []
    /// By asset class.
    public var classLeverage: [ClassLeverage] = []
    public var dailyLoss = LossLimit()
    public var dailyLossBase = DailyLossBase.equity
    public var totalDrawdown = LossLimit()
    public var trailsDrawdown = false
    /// Share of the profit of all days that the best one may have.
    public var consistency: Rate?

    public init(name: String) { self.name = name }
}

extension ComplianceProgram {
    init(_ section: inout Section, name: String) {
        self.init(name: name)
        if let fraction = section.fraction("warning_threshold") { warningThreshold = fraction }
        if let flag = section.boolean("trading_hours") { tradingHours = flag }
        if let flag = section.boolean("self_trade") { selfTrade = flag }
        var approval = section.section("approval")
        approvalNotional = approval.money("notional")
        approval.finish()
        readRestrictions(&section)
        readConduct(&section)
        readPositions(&section)
        readTimes(&section)
        readLosses(&section)
    }

    private mutating func readRestrictions(_ section: inout Section) {
        guard let list = section.value("restricted_list"), !list.isNull else { return }
        guard case .sequence(let elements) = list.content else {
            section.remark(.error, "restricted_list", "expected a list, found \(list.kindName)")
            return
        }
        for (index, element) in elements.enumerated() {
            let path = "\(section.path("restricted_list"))[\(index)]"
            if let restriction = Self.restriction(element, path, section.findings) {
                restrictedList.append(restriction)
            }
        }
    }

    /// An instrument's id alone, or {instrument | class, side}.
    private static func restriction(
        _ node: ConfigurationNode, _ path: String, _ findings: FindingList
    ) -> Restriction? {
        if let text = node.scalarText {
            if Section.isInstrument(text) { return Restriction(target: .instrument(text), sides: .both) }
            findings.add(node, path, "expected an instrument's id")
            return nil
        }
        guard case .mapping = node.content else {
            findings.add(node, path, "expected an instrument's id or {instrument: …, side: buy | sell | both}")
            return nil
        }
        var section = Section(node, path: path, findings: findings)
        let instrument = section.read("instrument", "an instrument's id") { Section.isInstrument($0) ? $0 : nil }
        let assetClass = section.text("class", maxBytes: 32)
        let sides = section.choice("side", Restriction.Sides.self) ?? .both
        section.finish()
        if section.isMissing("instrument") == section.isMissing("class") {
            findings.add(node, path, "expected either instrument or class")
            return nil
        }
        if let instrument { return Restriction(target: .instrument(instrument), sides: sides) }
        return assetClass.map { Restriction(target: .assetClass($0), sides: sides) }
    }
}

extension Section {
    func isMissing(_ key: String) -> Bool { node(key) == nil }

    /// 1 to 31 bytes, no spaces or control characters: what fits the ABI and a file name's part.
    static func isInstrument(_ text: String) -> Bool {
        (1...31).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
