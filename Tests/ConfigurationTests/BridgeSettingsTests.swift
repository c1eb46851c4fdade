import Testing
import Trading

@testable import Configuration

@Suite("Settings of the bridge")
struct BridgeSettingsTests {
    private func read(_ bridge: String) -> (settings: BridgeSettings, findings: [String]) {
        let text = "accounts: {a: {}, b: {}}\nbridge: \(bridge)"
        let (host, findings) = HostConfiguration.read(Array(text.utf8), file: "host.yaml")
        return (host.bridge, findings.map(\.description))
    }

    @Test("without a key it is off")
    func defaults() {
        let settings = HostConfiguration().bridge
        #expect(!settings.isEnabled && settings.account == nil && settings.riskLimit == Rate("0.15"))
        #expect(settings.attemptsMax == 10 && settings.queueMax == 256)
    }

    @Test("every key is read")
    func keys() {
        let (settings, findings) = read("{enabled: true, account: b, risk_limit: 0.02, attempts: 3, queue: 10}")
        #expect(findings == [])
        #expect(settings.isEnabled && settings.account == "b" && settings.riskLimit == Rate("0.02"))
        #expect(settings.attemptsMax == 3 && settings.queueMax == 10)
    }

    @Test(
        "what is out of range, no account or no key is an error with its place",
        arguments: [
            "{enabled: maybe}", "{account: c}", "{risk_limit: 0}", "{risk_limit: 1.5}", "{attempts: 0}",
            "{queue: 10001}", "{threshold: 0.5}", "[1]",
        ])
    func wrong(text: String) {
        let findings = read(text).findings
        #expect(findings.count == 1 && findings[0].contains("host.yaml:2"), "\(findings)")
    }
}
