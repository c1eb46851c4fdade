import Testing
import Trading

@testable import Configuration

@Suite("Settings of a rebalancing")
struct RebalanceSettingsTests {
    private func read(_ rebalance: String, leverage: Int = 1) -> (settings: RebalanceSettings?, findings: [String]) {
        let text = "accounts: {paper: {max_leverage: \(leverage), rebalance: \(rebalance)}}"
        let (host, findings) = HostConfiguration.read(Array(text.utf8), file: "host.yaml")
        return (host.accounts.first?.rebalance, findings.map(\.description))
    }

    @Test("an account without the section is not rebalanced")
    func absent() { #expect(HostConfiguration().accounts[0].rebalance == nil) }

    @Test("fixed weights, a band and a schedule")
    func fixed() {
        let (settings, findings) = read("{weights: {BTC_USDT: 0.3, ETH_USDT: 0.25}, band: 0.05, every: 15m}")
        #expect(findings == [])
        let weights = [("BTC_USDT", "0.3"), ("ETH_USDT", "0.25")].map {
            RebalanceSettings.Weight(instrument: $0.0, share: Rate($0.1)!)
        }
        #expect(settings?.weights == .fixed(weights) && settings?.band == Rate("0.05"))
        #expect(settings?.everySeconds == 900)
        #expect(read("{weights: {BTC_USDT: 1.5}}", leverage: 2).findings == [])
    }

    @Test("weights by rule have instruments, a part of equity and a window of their own")
    func rules() {
        let (settings, findings) = read(
            "{weights: inverse_volatility, instruments: [BTC_USDT, ETH_USDT], invested: 0.8, window: 4h, every: off}")
        #expect(findings == [])
        #expect(settings?.weights == .inverseVolatility(["BTC_USDT", "ETH_USDT"]) && settings?.everySeconds == nil)
        #expect(settings?.invested == Rate("0.8") && settings?.windowSeconds == 14_400)
        let equal = read("{weights: equal}").settings
        #expect(equal?.weights == .equal(nil) && equal?.band == Rate("0.02") && equal?.invested == Rate("0.95"))
    }

    @Test(
        "what is wrong is an error with its place, and there are no targets",
        arguments: [
            "{weights: {BTC_USDT: 0.6, ETH_USDT: 0.5}}", "{weights: best}", "{weights: {BTC_USDT: -0.1}}",
            "{weights: {BTC_USDT: 0.3}, band: 2}", "{weights: equal, every: 0s}", "{weights: equal, window: 1m}",
            "{weights: equal, invested: 0}", "{weights: {BTC_USDT: 0.3}, instruments: [BTC_USDT]}", "{band: 0.1}",
            "{weights: equal, bands: 0.1}", "{weights: equal, instruments: [BTC_USDT, BTC_USDT]}", "[1]",
        ])
    func wrong(text: String) {
        let findings = read(text).findings
        #expect(!findings.isEmpty && findings.allSatisfy { $0.contains("host.yaml:1") }, "\(findings)")
    }

    @Test("an instrument that the host does not have is a warning")
    func unknown() {
        let text = "accounts: {paper: {rebalance: {weights: {NO_SUCH: 0.3}}}}"
        let findings = HostConfiguration.read(Array(text.utf8), file: "host.yaml").1
        #expect(findings.map(\.severity) == [.warning] && findings[0].message.contains("NO_SUCH"))
    }
}
