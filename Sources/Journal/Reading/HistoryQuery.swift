import Trading

extension OrderFilter {
    var query: HistoryQuery {
        var query = HistoryQuery(select: "*", from: "orders", time: "submitted_at", tie: "id")
        query.match("strategy", strategy)
        query.match("instrument", instrument)
        query.match("account", anyOf: accounts)
        if let state {
            // The bound of a partial index must stand in the query as it stands in the index.
            if state.rawValue < 3 { query.require("state < 3") }
            if state.rawValue > 3 { query.require("state > 3") }
            // Who looks for cancelled orders means those that have expired as well.
            let isEnded = state == .cancelled
            query.require(
                isEnded ? "state IN (\(state.rawValue), \(OrderState.expired.rawValue))" : "state = \(state.rawValue)")
        }
        return query
    }
}

extension FillFilter {
    var query: HistoryQuery {
        var query = HistoryQuery(select: "*", from: "fills", time: "time", tie: "id")
        query.match("strategy", strategy)
        query.match("instrument", instrument)
        query.match("account", anyOf: accounts)
        query.match("order_id", orderID.map { Int(Int64(bitPattern: $0)) })
        return query
    }
}

extension DenialFilter {
    var query: HistoryQuery {
        guard let rule else {
            var query = HistoryQuery(select: "*", from: "decisions", time: "time", tie: "sequence")
            query.require("is_denied = 1")
            return matched(query)
        }
        var query = HistoryQuery(
            select: "decisions.*",
            from: "denial_rules CROSS JOIN decisions ON decisions.sequence = denial_rules.sequence",
            time: "denial_rules.time", tie: "denial_rules.sequence")
        query.require("denial_rules.rule = \(rule.rawValue)")
        return matched(query)
    }

    private func matched(_ query: HistoryQuery) -> HistoryQuery {
        var query = query
        query.match("strategy", strategy)
        query.match("instrument", instrument)
        query.match("account", anyOf: accounts)
        return query
    }
}

extension RoundTripFilter {
    var query: HistoryQuery {
        var query = HistoryQuery(select: "*", from: "round_trips", time: "exit_time", tie: "id")
        query.match("strategy", strategy)
        return query
    }
}

/// A SELECT with the conditions that were given, newest first.
struct HistoryQuery {
    private let head: String
    private let time: String
    private let tie: String
    private var conditions: [String] = []
    private var arguments: [Int64] = []

    init(select columns: String, from table: String, time: String, tie: String) {
        head = "SELECT \(columns) FROM \(table)"
        self.time = time
        self.tie = tie
    }

    /// None of them matches nothing.
    mutating func match(_ column: String, anyOf values: [Int]?) {
        guard let values else { return }
        require("\(column) IN (\(values.map(String.init).joined(separator: ", ")))")
    }

    mutating func match(_ column: String, _ value: Int?) {
        guard let value else { return }
        conditions.append("\(column) = ?")
        arguments.append(Int64(value))
    }

    mutating func require(_ condition: String) { conditions.append(condition) }

    func finished(_ page: HistoryPage) -> (sql: String, arguments: [Int64]) {
        var query = within(page)
        // A limit below 0 would be none at all.
        query.arguments.append(Int64(max(page.limit, 0)))
        query.arguments.append(Int64(max(page.offset, 0)))
        return (head + query.filter + " ORDER BY \(time) DESC, \(tie) DESC LIMIT ? OFFSET ?", query.arguments)
    }

    /// How many rows all pages have.
    func counting(_ page: HistoryPage) -> (sql: String, arguments: [Int64]) {
        let query = within(page)
        return ("SELECT count(*) FROM (\(head)\(query.filter))", query.arguments)
    }

    private func within(_ page: HistoryPage) -> HistoryQuery {
        var query = self
        if let from = page.from {
            query.require("\(time) >= ?")
            query.arguments.append(from.nanoseconds)
        }
        if let to = page.to {
            query.require("\(time) <= ?")
            query.arguments.append(to.nanoseconds)
        }
        return query
    }

    private var filter: String { conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ") }
}
