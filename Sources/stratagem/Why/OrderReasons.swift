/// What a host says about one order.
struct OrderReasons {
    var id: String
    /// nil = it was denied before it was one.
    var order: JSON?
    /// Of this order, newest first.
    var denials: [JSON]
    var stops: [JSON]

    var explanation: Explanation {
        var explanation = Explanation(kind: "order", id: id)
        for denial in denials.prefix(3) { explanation.add(.reason, "denied", Explanation.denial(denial)) }
        if let order { state(of: order, &explanation) }
        return explanation
    }

    private func state(of order: JSON, _ explanation: inout Explanation) {
        func text(_ key: String) -> String { order[key]?.shown ?? "–" }
        let what = "\(text("order_type")) \(text("quantity")) \(text("instrument")) \(text("order_kind"))"
        explanation.add(.note, "order", "\(what) of \(text("strategy_id")), sent at \(order.moment("created_at"))")
        switch order["status"]?.string {
        case "FILLED":
            explanation.add(.note, "filled", "it is filled: \(text("filled_quantity")) at \(text("average_price"))")
        case "REJECTED":
            let reason = order["reason"]?.string ?? (denials.isEmpty ? "the venue refused it" : "see the denial")
            explanation.add(.reason, "rejected", "it is rejected: \(reason)")
        case "CANCELLED":
            let filled = order["filled_quantity"]?.shown ?? "0"
            let part = filled == "0" ? "" : " after \(filled) were filled"
            explanation.add(.reason, "cancelled", "it was cancelled at \(order.moment("updated_at"))\(part)")
        case "PENDING", "SUBMITTED", "PARTIALLY_FILLED": working(order, &explanation)
        case let other: explanation.add(.note, "status", "its status is \(other ?? "unknown")")
        }
    }

    private func working(_ order: JSON, _ explanation: inout Explanation) {
        let filled = order["filled_quantity"]?.shown ?? "0"
        var text =
            "it is working (\(order["status"]?.shown ?? "–")), filled \(filled) of \(order["quantity"]?.shown ?? "–")"
        if let price = order["price"], !price.isNull { text += ": the market has to reach \(price.shown)" }
        if let stop = order["stop_price"], !stop.isNull { text += ", its trigger is \(stop.shown)" }
        explanation.add(.reason, "working", text)
        let covering = Explanation.covering(
            stops, account: order["account_id"]?.string, strategy: order["strategy_id"]?.string,
            instruments: [order["instrument"]?.string ?? ""])
        for stop in covering { explanation.add(.note, "stopped", Explanation.stop(stop)) }
    }
}
