import Testing

@testable import Configuration

@Suite("Settings of signals")
struct SignalSettingsTests {
    private func read(_ signals: String) -> (settings: SignalSettings, findings: [String]) {
        let (host, findings) = HostConfiguration.read(Array("signals: \(signals)".utf8), file: "host.yaml")
        return (host.signals, findings.map(\.description))
    }

    @Test("without a key every minute by the rules, judged after an hour")
    func defaults() {
        let settings = HostConfiguration().signals
        #expect(settings.everySeconds == 60 && settings.model == "rules" && settings.timeframe == nil)
        #expect(settings.horizonSeconds == 3600)
    }

    @Test("times have a unit")
    func times() {
        let (settings, findings) = read("{every: 90s, model: trend, timeframe: 5m, horizon: 2h}")
        #expect(findings == [])
        #expect(settings.everySeconds == 90 && settings.model == "trend" && settings.timeframe == "5m")
        #expect(settings.horizonSeconds == 7200)
        #expect(read("{every: 5m}").settings.everySeconds == 300)
        #expect(read("{every: off}").settings.everySeconds == nil)
        #expect(read("{horizon: 7d}").settings.horizonSeconds == 604_800)
    }

    @Test(
        "what is no time, no timeframe or no key is an error with its place",
        arguments: [
            "{every: 0s}", "{every: 60}", "{every: 2d}", "{horizon: 5s}", "{horizon: 8d}", "{horizon: -1h}",
            "{horizon: 99999999999d}", "{timeframe: 7m}", "{interval: 60s}", "[1]",
        ])
    func wrong(text: String) {
        let findings = read(text).findings
        #expect(findings.count == 1 && findings[0].contains("host.yaml:1"), "\(findings)")
    }
}
