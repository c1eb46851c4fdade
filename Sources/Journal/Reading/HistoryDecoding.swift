import GRDB
import Trading

// Rows of queries back into the vocabulary. A value that cannot be says that the file is damaged.

extension Row {
    func choice<Value: RawRepresentable>(
        _ column: String, _ type: Value.Type = Value.self
    ) throws -> Value where Value.RawValue: FixedWidthInteger {
        let stored = try get(column, Int64.self)
        guard let raw = Value.RawValue(exactly: stored), let value = Value(rawValue: raw) else {
            throw JournalError(.corrupt, "\(column) \(stored) is unknown: restore a backup of the journal")
        }
        return value
    }

    func fixed<Value: FixedPoint>(_ column: String) throws -> Value { Value(raw: try get(column)) }

    func number<Value: FixedWidthInteger>(_ column: String) throws -> Value {
        let stored = try get(column, Int64.self)
        guard let value = Value(exactly: stored) else {
            throw JournalError(.corrupt, "\(column) \(stored) is out of range: restore a backup of the journal")
        }
        return value
    }

    func money(_ column: String) throws -> Money {
        let text = try get(column, String.self)
        guard let money = Money(journalText: text) else {
            throw JournalError(.corrupt, "\(column) '\(text)' is no amount: restore a backup of the journal")
        }
        return money
    }

    fileprivate func intent() throws -> OrderIntent {
        var intent = OrderIntent(
            strategy: try number("strategy"), instrument: try number("instrument"), tag: try id("tag"),
            side: try choice("side"), kind: try choice("kind"), quantity: try fixed("quantity"),
            price: try fixed("price"),
            stopPrice: try fixed("stop_price"), timeInForce: try choice("time_in_force"),
            reduceOnly: try get("reduce_only"),
            origin: try choice("origin"))
        let stored: DatabaseValue = self["conditions"]
        guard !stored.isNull else { return intent }
        var reader = ByteReader(try bytes("conditions"))
        do {
            intent.conditions = try reader.conditions()
            try reader.end()
        } catch {
            throw JournalError(.corrupt, "conditions of an order: \(error): restore a backup of the journal")
        }
        return intent
    }
}

extension Money {
    /// Reads `description` back, over the whole range.
    init?(journalText text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard fraction.utf8.count <= Money.decimals, fraction.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            return nil
        }
        let zeros = String(repeating: "0", count: Money.decimals - fraction.utf8.count)
        guard let raw = Int128(whole + fraction + zeros) else { return nil }
        self.init(raw: raw)
    }
}

extension OrderRow {
    init(row: Row) throws {
        let time = try row.time("submitted_at")
        var order = Order(id: try row.id("id"), intent: try row.intent(), account: try row.number("account"), at: time)
        order.protection = try row.fixed("protection")
        order.state = try row.choice("state")
        order.isTriggered = try row.get("is_triggered")
        order.filled = try row.fixed("filled")
        order.filledValue = try row.money("filled_value")
        order.priority = try row.id("priority")
        order.updatedAt = try row.time("updated_at")
        self.init(order: order, reason: try row.choice("reason"), wallTime: try row.time("wall_time"))
    }
}

extension FillRow {
    init(row: Row) throws {
        let fill = Fill(
            id: try row.id("id"), orderID: try row.id("order_id"), strategy: try row.number("strategy"),
            account: try row.number("account"), instrument: try row.number("instrument"), side: try row.choice("side"),
            liquidity: try row.choice("liquidity"), price: try row.fixed("price"), quantity: try row.fixed("quantity"),
            value: try row.money("value"), commission: try row.money("commission"), time: try row.time("time"))
        self.init(fill: fill, wallTime: try row.time("wall_time"))
    }
}

extension DecisionRow {
    init(row: Row) throws {
        sequence = try row.id("sequence")
        intent = try row.intent()
        orderID = try row.id("order_id")
        account = try row.number("account")
        isDenied = try row.get("is_denied")
        failedRules = try row.id("failed_rules")
        time = try row.time("time")
        wallTime = try row.time("wall_time")
        findings = []
        var reader = ByteReader(try row.bytes("findings"))
        do {
            while reader.remaining > 0 { findings.append(try reader.finding()) }
        } catch {
            throw JournalError(
                .corrupt, "findings of decision \(sequence): \(error): restore a backup of the journal")
        }
    }
}

extension DayStart {
    init(row: Row) throws {
        self.init(
            scope: try row.choice("scope"), index: try row.number("number"), day: try row.get("day"),
            balance: try row.money("balance"), equity: try row.money("equity"), time: try row.time("time"))
    }
}

extension RoundTrip {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), strategy: try row.number("strategy"), instrument: try row.number("instrument"),
            side: try row.choice("side"), quantity: try row.fixed("quantity"), entryTime: try row.time("entry_time"),
            entryPrice: try row.fixed("entry_price"), exitTime: try row.time("exit_time"),
            exitPrice: try row.fixed("exit_price"),
            commission: try row.money("commission"), pnl: try row.money("pnl"))
    }
}
