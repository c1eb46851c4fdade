import Trading

extension Fields {
    /// Id or alias; whether there is such an instrument is the host's to say.
    func instrument() -> String { text("instrument", 1...64) }
}

struct InstrumentInput: OperationInput {
    var instrument: String

    init(_ input: inout InputReader) { instrument = input.path.instrument() }
}

struct CandlesInput: OperationInput {
    var instrument: String
    var timeframe: String
    var from: Timestamp
    var to: Timestamp
    var limit: Int

    init(_ input: inout InputReader) {
        instrument = input.path.instrument()
        timeframe = input.query.text("timeframe", 1...8)
        let before = input.query.faults.all.count
        from = input.query.time("from")
        to = input.query.time("to")
        // A bound that is missing or unreadable is one fault, not two.
        if input.query.faults.all.count == before, to < from { input.query.fault("to", "must not lie before 'from'") }
        limit = input.query.integer("limit", 1...1000, default: 500)
    }
}

struct TicksInput: OperationInput {
    var instrument: String
    var from: Timestamp?
    var to: Timestamp?
    var limit: Int

    init(_ input: inout InputReader) {
        instrument = input.path.instrument()
        (from, to) = input.query.optionalRange()
        limit = input.query.integer("limit", 1...1000, default: 100)
    }
}
