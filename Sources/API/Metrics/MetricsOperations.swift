import Trading

/// GET /metrics.
func metricsOperation(_ registry: PrometheusRegistry) -> APIOperation {
    APIOperation(
        .get, "/metrics", id: "metrics", tag: "Health", summary: "Figures in Prometheus' text format", access: .open,
        rate: .unlimited
    ) { (_: NoInput, context) in
        var text = PrometheusText()
        registry.write(&text)
        await context.host.figures().write(&text)
        return MetricsAnswer(text: text.text)
    }
}

struct MetricsAnswer: OperationOutput {
    var text: String
    static var example: MetricsAnswer { MetricsAnswer(text: "") }
    static var contentType: String { "text/plain; version=0.0.4; charset=utf-8" }
    static var schema: Schema { .text() }
    func write(_ json: inout JSONWriter) { json.raw(text) }
}

extension HostFigures {
    /// The names that clients rely on are there from the first scrape on.
    func write(_ text: inout PrometheusText) {
        for name in ["api_requests_total", "api_errors_total"] where !text.contains(name) {
            text.sample(name, .counter, "0")
        }
        text.sample("trading_signals_total", .counter, String(signals))
        // No part of the host grades signals yet.
        text.sample("trading_accuracy_ratio", .gauge, "0")
        text.sample("portfolio_value_usd", .gauge, equity.description)
        text.sample("stratagem_events_total", .counter, String(events))
        text.sample("stratagem_orders_total", .counter, String(orders))
        text.sample("stratagem_fills_total", .counter, String(fills))
        text.sample("stratagem_denials_total", .counter, String(denials))
        text.sample("stratagem_working_orders", .gauge, String(workingOrders))
        text.sample("stratagem_rebalances_total", .counter, String(rebalances.count))
        text.sample("stratagem_plugin_generations", .gauge, String(generations))
        text.sample("stratagem_plugin_generations_max", .gauge, String(generationsMax))
        text.sample("stratagem_journal_facts_total", .counter, String(journaledFacts))
        text.sample("stratagem_journal_load_ratio", .gauge, PrometheusText.number(journalLoad))
        writeBridge(&text)
        writeStrategies(&text)
    }

    private func writeBridge(_ text: inout PrometheusText) {
        for (outcome, count) in [("passed", bridge.passed), ("sent", bridge.sent), ("failed", bridge.failed)] {
            let labels = PrometheusText.labels([("outcome", outcome)])
            text.sample("stratagem_bridge_signals_total", .counter, labels: labels, String(count))
        }
        text.sample("stratagem_bridge_enabled", .gauge, bridge.isEnabled ? "1" : "0")
        text.sample("stratagem_bridge_queue_depth", .gauge, String(bridge.queueDepth))
        text.sample("stratagem_bridge_pending_trades", .gauge, String(bridge.pendingTrades))
        let seconds = PrometheusText.number(bridge.averageProcessingSeconds)
        text.sample("stratagem_bridge_processing_seconds", .gauge, seconds)
    }

    /// A family's samples stand together.
    private func writeStrategies(_ text: inout PrometheusText) {
        typealias Figure = (StrategyRuntime) -> UInt64?
        let counters: [(String, Figure)] = [
            ("events", \.events), ("calls", \.calls), ("faults", \.faults), ("restarts", \.restarts),
            ("slow_calls", \.slowCalls), ("timed_calls", \.timedCalls),
        ]
        let gauges: [(String, Figure)] = [
            ("generation", { UInt64(clamping: $0.generation) }), ("resident_bytes", \.residentBytes),
            ("waiting_events", \.waitingEvents),
            ("call_nanoseconds_max", \.callNanosecondsMax),
        ]
        for (name, figure) in counters { write(&text, name + "_total", .counter, figure) }
        for (name, figure) in gauges { write(&text, name, .gauge, figure) }
        for (id, runtime) in strategies {
            for (quantile, value) in [("0.5", runtime.callNanoseconds50), ("0.99", runtime.callNanoseconds99)] {
                let labels = PrometheusText.labels([("strategy", id), ("quantile", quantile)])
                text.sample("stratagem_strategy_call_nanoseconds", .gauge, labels: labels, String(value))
            }
        }
        for (id, runtime) in strategies {
            for state in StrategyView.State.allCases {
                let labels = PrometheusText.labels([("strategy", id), ("state", state.rawValue)])
                text.sample("stratagem_strategy_state", .gauge, labels: labels, runtime.state == state ? "1" : "0")
            }
        }
    }

    private func write(
        _ text: inout PrometheusText, _ name: String, _ kind: PrometheusText.Kind,
        _ figure: (StrategyRuntime) -> UInt64?
    ) {
        for (id, runtime) in strategies {
            guard let value = figure(runtime) else { continue }
            let labels = PrometheusText.labels([("strategy", id)])
            text.sample("stratagem_strategy_" + name, kind, labels: labels, String(value))
        }
    }
}
