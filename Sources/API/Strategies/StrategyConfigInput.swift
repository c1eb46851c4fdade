import Trading

struct StrategyConfigInput: OperationInput {
    var id: String
    var change: StrategyChange

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        change = input.body.object("config") { StrategyChange($0) }
        if let given = change.id, given != id { input.body.fault("config.id", "cannot be changed") }
    }

    func faults(among instruments: [InstrumentView]) -> [RequestFault] {
        // Without their places: elements with faults of their own are not in this list.
        (change.instruments ?? []).filter { instruments.named($0) == nil }
            .map { .unknownInstrument("config.instruments", $0) }
    }
}

extension StrategyChange {
    init(_ fields: Fields) {
        self.init()
        id = fields.optionalText("id", 1...200)
        name = fields.optionalText("name", 1...200)
        description = fields.optionalText("description", 0...2000)
        instruments = fields.optionalTexts("instruments", 1...1000, each: 1...64)
        isLive = fields.optionalChoice("execution_mode", OrderWords.isLive)
        parameters = fields.parameters("parameters")
        schedule = fields.optionalObject("schedule") { ScheduleInput($0) }
        _ = fields.optionalObject("risk_parameters") { limits in
            maxPositionSize = limits.optionalQuantity("max_position_size", .notNegative)
            stopLossPercent = limits.optionalRate("stop_loss_percent", .zero...Self.percentMax)
            takeProfitPercent = limits.optionalRate("take_profit_percent", .zero...Self.percentMax)
            maxDailyLoss = limits.optionalMoney("max_daily_loss", .notNegative)
        }
    }

    /// A price can rise by more than 100 %, and a short position's stop lies above its entry.
    private static let percentMax = Rate(raw: 10_000 * Rate.one.raw)
}

extension ScheduleInput {
    fileprivate init(_ fields: Fields) {
        self.init(
            startTime: fields.clock("start_time", isEnd: false), endTime: fields.clock("end_time", isEnd: true),
            daysOfWeek: fields.integers("days_of_week", 1...8, each: 0...7),
            timeZone: fields.optionalText("time_zone", 1...64))
    }
}

extension Fields {
    /// "HH:MM"; a day ends at "24:00".
    fileprivate func clock(_ name: String, isEnd: Bool) -> String {
        let last = isEnd ? "24:00" : "23:59"
        let pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$" + (isEnd ? "|^24:00$" : "")
        return read(name, .text(length: 5...5, pattern: pattern), isRequired: true) { value throws(Invalid) in
            guard case .string(let text) = value, Fields.isClock(text) || (isEnd && text == "24:00") else {
                throw Invalid("must be a time of day, 00:00 to \(last)")
            }
            return text
        } ?? ""
    }

    private static func isClock(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return false }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return false }
        return digits[0] * 10 + digits[1] < 24 && digits[2] < 6
    }

    /// Any names, with numbers, booleans and texts; which ones there are is the plugin's to say.
    fileprivate func parameters(_ name: String) -> [String: ParameterInput] {
        var parameters: [String: ParameterInput] = [:]
        let members = optionalMap(name) ?? []
        if members.count > 1000 { fault(name, "must have at most 1000 members, not \(members.count)") }
        for member in members.prefix(1000) {
            do throws(Invalid) {
                guard (1...200).contains(member.name.unicodeScalars.count) else {
                    throw Invalid("the name must have 1 to 200 characters")
                }
                parameters[member.name] = try Fields.parameter(member.value)
            } catch {
                fault("\(name).\(member.name.prefix(80))", error.text)
            }
        }
        return parameters
    }

    private static func parameter(_ value: JSONValue) throws(Invalid) -> ParameterInput {
        switch value {
        case .number(let digits):
            guard let plain = plain(digits) else { throw Invalid("has too large an exponent, or too many digits") }
            return .number(plain)
        case .boolean(let value): return .boolean(value)
        case .string: return .text(try text(value, 0...2000))
        default: throw Invalid("must be a number, a boolean or a text, not \(value.kind)")
        }
    }
}
