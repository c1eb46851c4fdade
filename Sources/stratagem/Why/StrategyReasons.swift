/// What a host says about a strategy, as far as it tells why there are no orders.
struct StrategyReasons {
    var id: String
    var strategy: JSON
    /// The register of stops.
    var stops: [JSON]
    /// Of this strategy, newest first.
    var denials: [JSON]
    var headroom: [JSON]
    /// Of this strategy, newest first.
    var orders: [JSON]
    /// Of the whole host, by part.
    var health: JSON
    /// Seconds since 1970.
    var now: Int

    var explanation: Explanation {
        var explanation = Explanation(kind: "strategy", id: id)
        state(&explanation)
        for stop in Explanation.covering(stops, account: account, strategy: id, instruments: instruments) {
            // Under a reducing one its exits pass.
            let isPause = stop["mode"]?.string == "reduce"
            explanation.add(isPause ? .reason : .blocking, isPause ? "reducing" : "stopped", Explanation.stop(stop))
        }
        schedule(&explanation)
        market(&explanation)
        limits(&explanation)
        for denial in denials.prefix(3) { explanation.add(.reason, "denied", Explanation.denial(denial)) }
        lastOrder(&explanation)
        return explanation
    }

    private var account: String? { (strategy["account_id"] ?? strategy["account"])?.string }
    private var instruments: [String] { (strategy["instruments"]?.elements ?? []).compactMap(\.string) }

    private func state(_ explanation: inout Explanation) {
        let state = strategy["state"]?.string ?? "running"
        if state == "faulted" || state == "quarantined" {
            let reason = strategy["problem"]?.string ?? strategy["error"]?.string ?? "the host's output has the reason"
            explanation.add(.blocking, state, "it is \(state): \(reason)")
        } else if strategy["enabled"]?.bool == false {
            explanation.add(
                .blocking, "disabled", "it is not enabled; POST /api/strategies/\(id)/enable switches it on")
        } else if state == "stopped" || state == "paused" {
            explanation.add(.blocking, "not-running", "it is enabled and not running yet")
        } else if state == "degraded" {
            explanation.add(.note, state, "it is degraded: \(strategy["problem"]?.string ?? "it is slow")")
        }
        if strategy["execution_mode"]?.string == "LIVE" {
            explanation.add(.note, "live", "it trades live, not on paper")
        }
        if instruments.isEmpty { explanation.add(.blocking, "no-instruments", "it has no instruments to trade") }
    }

    private func schedule(_ explanation: inout Explanation) {
        guard let json = strategy["schedule"], let schedule = ScheduleWindow(json) else { return }
        switch schedule.isOpen(at: now) {
        case true?: break
        case false?:
            explanation.add(.blocking, "schedule", "it is outside its schedule: \(schedule.text)")
        case nil:
            explanation.add(.note, "schedule", "its schedule is \(schedule.text)")
        }
    }

    private func market(_ explanation: inout Explanation) {
        if let part = health["dependencies"]?["market_data"]?.string, part != "healthy" {
            explanation.add(.blocking, "market", "the market data is \(part.printable): it may be stale or have ended")
        }
        let engine = health["dependencies"]?["engine"]?.string ?? "healthy"
        if engine == "unhealthy" {
            explanation.add(.blocking, "engine", "the engine is unhealthy; see `stratagem doctor`")
        }
        if health["dependencies"]?["journal"]?.string == "unhealthy" {
            explanation.add(
                .blocking, "journal", "the journal takes no facts, so new orders are refused; free disk space")
        }
    }

    private func limits(_ explanation: inout Explanation) {
        for entry in headroom where entry["left"]?.shown == "0" || entry["left"]?.shown == "0.0" {
            var text = "limit \(entry["rule"]?.shown ?? "–") (\(entry["scope"]?.shown ?? "–")) is used up: "
            text += "\(entry["used"]?.shown ?? "–") of \(entry["limit"]?.shown ?? "–")"
            if let reset = entry["resets_at"]?.string { text += ", again from \(reset)" }
            explanation.add(.reason, "limit", text)
        }
    }

    private func lastOrder(_ explanation: inout Explanation) {
        if let last = orders.first {
            explanation.add(
                .note, "last-order",
                "its last order is \(last["order_id"]?.shown ?? "–") of \(last.moment("created_at")), "
                    + "\(last["status"]?.shown ?? "–")")
        } else if denials.isEmpty, !explanation.isBlocked {
            explanation.add(
                .reason, "no-signal",
                "nothing holds it up: it has not sent an order yet (warming up, or no signal on "
                    + "\(instruments.joined(separator: ", ")) so far)")
        }
    }
}
