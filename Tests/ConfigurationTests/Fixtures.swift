import Configuration
import Foundation

/// The findings' texts of a strategy.yaml with this content.
func findings(inStrategy text: String, host: HostConfiguration = HostConfiguration()) -> [String] {
    StrategyConfiguration.read(
        Array(text.utf8), id: "sma", folder: "strategies/sma", file: "strategies/sma/strategy.yaml", host: host
    ).1.map(\.description)
}

/// The findings' texts of a host.yaml with this content.
func findings(inHost text: String) -> [String] { read(host: text).1.map(\.description) }

func read(host text: String) -> (HostConfiguration, [ConfigurationFinding]) {
    HostConfiguration.read(Array(text.utf8), file: "strategies/host.yaml")
}

func read(strategy text: String) -> StrategyConfiguration {
    StrategyConfiguration.read(
        Array(text.utf8), id: "sma", folder: "strategies/sma", file: "strategies/sma/strategy.yaml",
        host: HostConfiguration()
    ).0
}

/// A folder for one test; removed with its last reference.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "stratagem-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}
