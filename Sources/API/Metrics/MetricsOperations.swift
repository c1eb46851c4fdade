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
        text.sample("stratagem_journal_facts_total", .counter, String(journaledFacts))
        text.sample("stratagem_journal_load_ratio", .gauge, PrometheusText.number(journalLoad))
    }
}
