import Trading

/// The configuration service of the trading engine (document 002).
public enum SettingsOperations {
    public static let all = [get, put, validate]

    private static let units = """
        Of trading, max_position_size is a fraction of equity that a position may have, and signals of a confidence below \
        signal_threshold are not traded. Of risk, max_drawdown is a fraction of the account's high, and stop_loss one of the \
        entry price, at which positions of strategies are closed. 1 stands for no limit. The first two limits are those of \
        the first account, as PUT /api/risk/limits knows them.
        """

    static let get = APIOperation(
        .get, "/config", id: "config.get", tag: "Configuration", summary: "The settings in force", description: units,
        rate: .standard
    ) { (_: NoInput, context) in
        SettingsAnswer(settings: try await context.host.engineSettings())
    }

    static let put = APIOperation(
        .put, "/config", id: "config.put", tag: "Configuration", summary: "Change settings",
        description: """
            What is not named stays as it is. \(units) Changes hold at once and over restarts, and are written down with \
            their author. paper and mock differ in name only; live needs a venue.
            """,
        role: .admin, rate: .standard, errors: [.unavailable]
    ) { (change: SettingsInput, context) in
        SettingsChanged(settings: try await context.host.change(change.change, by: context.requester))
    }

    static let validate = APIOperation(
        .post, "/config/validate", id: "config.validate", tag: "Configuration",
        summary: "Whether settings could be put in force",
        description: "Takes what PUT /config takes, answers with all that is wrong with it, and changes nothing.",
        rate: .standard
    ) { (question: SettingsQuestion, context) in
        var faults = question.faults
        let others = try await context.host.faults(of: question.change)
        faults += others.filter { other in !faults.contains { $0.path == other.path } }
        return SettingsVerdict(faults: faults)
    }
}

struct SettingsInput: OperationInput {
    var change = EngineSettingsChange()

    init(_ input: inout InputReader) {
        let fraction = Rate(raw: 1)...Rate.one
        let trading = input.body.optionalObject("trading") { fields in
            var change = EngineSettingsChange()
            change.mode = fields.optionalChoice("mode", ["live": TradingMode.live, "paper": .paper, "mock": .mock])
            change.maxPositionSize = fields.optionalRate("max_position_size", fraction)
            change.signalThreshold = fields.optionalRate("signal_threshold", Rate.zero...Rate.one)
            return change
        }
        if let trading { change = trading }
        let risk = input.body.optionalObject("risk") { fields in
            var change = EngineSettingsChange()
            change.maxDrawdown = fields.optionalRate("max_drawdown", fraction)
            change.stopLoss = fields.optionalRate("stop_loss", fraction)
            return change
        }
        if let risk {
            change.maxDrawdown = risk.maxDrawdown
            change.stopLoss = risk.stopLoss
        }
    }
}

/// Settings that may be wrong: that is what is asked.
struct SettingsQuestion: OperationInput {
    var change: EngineSettingsChange
    var faults: [RequestFault]

    init(_ input: inout InputReader) {
        var reader = InputReader(path: [], query: [], body: .object(input.body.members()))
        change = SettingsInput(&reader).change
        faults = reader.finish(allowing: [])
    }
}

struct SettingsAnswer: OperationOutput {
    var settings: EngineSettings
    static var example: SettingsAnswer {
        SettingsAnswer(
            settings: EngineSettings(
                mode: .paper, maxPositionSize: .one, signalThreshold: .one, maxDrawdown: .one, stopLoss: .one))
    }

    func write(_ json: inout JSONWriter) { json.object { members(&$0) } }

    fileprivate func members(_ json: inout JSONWriter) {
        json.object("trading") { json in
            json.choice("mode", settings.mode.rawValue, of: TradingMode.allCases.map(\.rawValue))
            json.field("max_position_size", settings.maxPositionSize)
            json.field("signal_threshold", settings.signalThreshold)
        }
        json.object("risk") { json in
            json.field("max_drawdown", settings.maxDrawdown)
            json.field("stop_loss", settings.stopLoss)
        }
    }
}

struct SettingsChanged: OperationOutput {
    var settings: EngineSettings
    static var example: SettingsChanged { SettingsChanged(settings: SettingsAnswer.example.settings) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.object("config") { SettingsAnswer(settings: settings).members(&$0) }
        }
    }
}

struct SettingsVerdict: OperationOutput {
    var faults: [RequestFault]
    static var example: SettingsVerdict { SettingsVerdict(faults: [RequestFault(path: "trading", message: "")]) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("valid", faults.isEmpty)
            json.list("errors", faults) { json, fault in
                json.object { json in
                    json.field("field", fault.path)
                    json.field("error", fault.message)
                }
            }
        }
    }
}
