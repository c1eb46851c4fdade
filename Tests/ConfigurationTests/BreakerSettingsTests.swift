import Configuration
import Testing
import Trading

@Suite("Breakers and alerts of host.yaml")
struct BreakerSettingsTests {
    @Test("reads every key, and scopes, modes and resets have their defaults")
    func breakers() throws {
        let text = """
            breakers:
              loss: {kind: daily_loss, threshold: 5000.5, mode: flatten, reset: day}
              runaway: {kind: reject_rate, threshold: 20, scope: account, target: paper, window_seconds: 10, reset: 300s}
              wild: {kind: volatility, threshold: 0.05, target: BTC_USDT}
              fall: {kind: drawdown, threshold: 0.1, scope: agent, target: sma}
            """
        let (host, findings) = read(host: text)
        #expect(findings == [] && host.breakers.map(\.name) == ["loss", "runaway", "wild", "fall"])
        let (loss, runaway, wild) = (host.breakers[0], host.breakers[1], host.breakers[2])
        #expect(loss.kind == .dailyLoss && loss.scope == .account && loss.target == nil)
        #expect(loss.threshold == 500_050_000_000 && loss.mode == .flatten && loss.reset == .day)
        #expect(runaway.scope == .account && runaway.target == "paper" && runaway.windowSeconds == 10)
        #expect(runaway.reset == .after(seconds: 300) && runaway.resetText == "300s" && runaway.mode == .stop)
        let fall = host.breakers[3]
        #expect(fall.kind == .drawdown && fall.scope == .agent && fall.threshold == 10_000_000)
        #expect(wild.scope == .instrument && wild.threshold == 5_000_000 && wild.reset == .manual)
    }

    @Test(
        "finds what cannot be, with its line",
        arguments: [
            ("{kind: weather, threshold: 1}", "kind"), ("{kind: daily_loss}", "threshold is missing"),
            ("{threshold: 1}", "kind is missing"), ("{kind: daily_loss, threshold: 1, scope: instrument}", "scope"),
            ("{kind: error_rate, threshold: 1, scope: system, target: x}", "target"),
            ("{kind: drawdown, threshold: 0.1, scope: instrument}", "scope"),
            ("{kind: volatility, threshold: -1}", "threshold"),
            ("{kind: volatility, threshold: 1, reset: soon}", "reset"),
            ("{kind: volatility, threshold: 1, window_seconds: 0}", "window_seconds"),
            ("{kind: volatility, threshold: 1, colour: red}", "colour"),
        ])
    func wrong(_ breaker: String, _ what: String) {
        let (_, findings) = read(host: "breakers:\n  b: \(breaker)\n")
        #expect(findings.count == 1 && findings[0].line == 2, "\(findings)")
        #expect(findings.contains { "\($0)".contains(what) }, "\(findings)")
    }

    @Test("reads the webhook, and asks for its secret")
    func webhook() {
        let (host, findings) = read(
            host:
                "alerts: {webhook: {url: 'https://desk.example/in', secret: sixteen-or-more-bytes, attempts_max: 3}}\n")
        #expect(findings == [] && host.alerts.webhook == "https://desk.example/in" && host.alerts.attemptsMax == 3)
        #expect(read(host: "alerts: {webhook: {url: 'https://desk.example/in'}}\n").1.count == 1)
        for url in ["desk.example", "ftp://desk.example", "http://", "http:///x"] {
            let wrong = read(host: "alerts: {webhook: {url: '\(url)', secret: sixteen-or-more-bytes}}\n").1
            #expect(wrong.count == 1 && "\(wrong)".contains("URL"), "\(wrong)")
        }
    }
}
