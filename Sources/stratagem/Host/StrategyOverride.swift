import API
import Configuration
import FoundationEssentials
import Trading

/// What operators changed of a strategy's file, as the journal keeps it: JSON with one key a change, decimals as texts.
struct StrategyOverride: Codable, Equatable {
    struct Parameter: Codable, Equatable {
        var kind: String
        var text: String
    }
    struct Window: Codable, Equatable {
        var start: String
        var end: String
        var days: [Int]
        var zone: String?
    }

    var isEnabled: Bool?
    var name: String?
    var description: String?
    var instruments: [String]?
    var parameters: [String: Parameter] = [:]
    var maxPositionSize: String?
    var stopLossPercent: String?
    var takeProfitPercent: String?
    var maxDailyLoss: String?
    var schedule: Window?

    var json: String { JournalText.encode(self) }

    init() {}

    /// nil = not what this version writes.
    init?(json: String) {
        guard let decoded: StrategyOverride = JournalText.decode(json) else { return nil }
        self = decoded
    }

    /// Puts a change on top of the earlier ones.
    func merged(with change: StrategyChange) -> StrategyOverride {
        var merged = self
        if let name = change.name { merged.name = name }
        if let description = change.description { merged.description = description }
        if let instruments = change.instruments { merged.instruments = instruments }
        for (name, value) in change.parameters { merged.parameters[name] = Parameter(value) }
        if let size = change.maxPositionSize { merged.maxPositionSize = size.description }
        if let percent = change.stopLossPercent { merged.stopLossPercent = percent.description }
        if let percent = change.takeProfitPercent { merged.takeProfitPercent = percent.description }
        if let loss = change.maxDailyLoss { merged.maxDailyLoss = loss.description }
        if let window = change.schedule {
            merged.schedule = Window(
                start: window.startTime, end: window.endTime, days: window.daysOfWeek,
                zone: window.timeZone ?? merged.schedule?.zone)
        }
        return merged
    }

    /// The file's configuration with these changes; what no longer fits the types is left out.
    func applied(to file: StrategyConfiguration) -> StrategyConfiguration {
        var configuration = file
        if let isEnabled { configuration.enabled = isEnabled }
        if let name { configuration.name = name }
        if let description { configuration.description = description }
        if let instruments { configuration.instruments = instruments }
        for (name, value) in parameters {
            if let text = value.parameterText { configuration.parameters[name] = text }
        }
        // 0 takes a limit away, as it is shown where there is none.
        if let size = maxPositionSize.flatMap({ Quantity($0) }) {
            configuration.limits.maxPositionQuantity = size == .zero ? nil : size
        }
        if let rate = stopLossPercent.flatMap(Rate.init(percent:)) {
            configuration.risk.stopLoss = rate == .zero ? nil : rate
        }
        if let rate = takeProfitPercent.flatMap(Rate.init(percent:)) {
            configuration.risk.takeProfit = rate == .zero ? nil : rate
        }
        if let loss = maxDailyLoss.flatMap({ Money($0) }) {
            configuration.limits.maxDailyLoss = loss == .zero ? nil : loss
        }
        if let schedule { configuration.schedule = schedule.applied(to: configuration.schedule) }
        return configuration
    }
}

extension StrategyOverride.Parameter {
    init(_ input: ParameterInput) {
        switch input {
        case .number(let digits):
            kind = "number"
            text = digits
        case .boolean(let flag):
            kind = "boolean"
            text = flag ? "true" : "false"
        case .text(let value):
            kind = "text"
            text = value
        }
    }

    var parameterText: ParameterText? {
        switch kind {
        case "number": ParameterText(text: text, kind: .decimal)
        case "boolean": ParameterText(text: text, kind: .boolean)
        case "text": ParameterText(text: text, kind: .text)
        default: nil
        }
    }
}

extension StrategyOverride.Window {
    func applied(to schedule: Schedule) -> Schedule {
        var schedule = schedule
        if let minutes = Schedule.minutes(start) { schedule.startMinutes = minutes }
        if let minutes = Schedule.minutes(end) { schedule.endMinutes = minutes }
        schedule.daysOfWeek = days.map { $0 % 7 }.sorted()
        if let zone { schedule.timeZone = zone }
        return schedule
    }
}

extension Schedule {
    /// "HH:MM" up to 24:00 as minutes after midnight.
    static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let areDigits = parts.joined().utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard areDigits, parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int(parts[0]),
            let minutes = Int(parts[1]), (0..<60).contains(minutes), (0...24).contains(hours),
            hours < 24 || minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }

    static func text(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

extension Rate {
    /// "5" percent = 0.05.
    init?(percent text: String) {
        guard let percent = Rate(text) else { return nil }
        self.init(raw: percent.raw / 100)
    }

    /// 0.05 = "5".
    var percent: Rate { Rate(raw: raw * 100) }
}

extension Schedule {
    static func isZone(_ name: String) -> Bool { TimeZone(identifier: name) != nil }
}
