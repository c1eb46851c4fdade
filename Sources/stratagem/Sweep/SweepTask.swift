import Trading

/// One run that a sweep wants, as a line that a child is given.
struct SweepTask {
    /// The row's; of one sweep no two have the same.
    var number: Int
    /// By name, with types.
    var parameters: JSON
    /// Only data from `from` on and before `to`, where they are named; else all that the sweep has.
    var from: Timestamp?
    var to: Timestamp?
    /// Opening cash in the place of the sweep's.
    var cash: Money?
    /// The row gets its daily returns and its equity.
    var isDetailed = false

    var line: String {
        JSON.object([
            ("run", .integer(number)), ("parameters", parameters),
            ("from", from.map { .integer($0.nanoseconds) } ?? .null),
            ("to", to.map { .integer($0.nanoseconds) } ?? .null), ("cash", .optional(cash?.description)),
            ("detailed", .boolean(isDetailed)),
        ]).text
    }

    init(
        number: Int, parameters: JSON, from: Timestamp? = nil, to: Timestamp? = nil,
        cash: Money? = nil, isDetailed: Bool = false
    ) {
        self.number = number
        self.parameters = parameters
        self.from = from
        self.to = to
        self.cash = cash
        self.isDetailed = isDetailed
    }

    /// The parameters as a flag gives them.
    var values: [(name: String, text: String)] {
        guard case .object(let members) = parameters else { return [] }
        return members.map { ($0.key, $0.value.string ?? $0.value.text) }
    }

    /// nil = it is no line of a sweep.
    init?(line: String) {
        guard let json = try? JSON(parsing: line), let number = json["run"]?.int,
            let parameters = json["parameters"]
        else { return nil }
        func time(_ key: String) -> Timestamp? {
            json[key]?.int.map { Timestamp(nanoseconds: Int64($0)) }
        }
        self.init(
            number: number, parameters: parameters, from: time("from"),
            to: time("to"), cash: json["cash"]?.string.flatMap { Money($0) },
            isDetailed: json["detailed"]?.bool ?? false)
    }
}
