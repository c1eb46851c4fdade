import Foundation
import Testing

/// A folder of its own for each test, gone with its last reference.
final class Scratch: @unchecked Sendable {
    let path: String
    private var count = 0

    init() {
        path = FileManager.default.temporaryDirectory.path + "/stratagem-test-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func unique(_ name: String) -> String {
        count += 1
        return "\(path)/.\(name)-\(count)"
    }

    /// Writes a file and the folders above it.
    func write(_ text: String, to name: String) {
        let file = "\(path)/\(name)"
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }

    func copy(_ file: some StringProtocol, to name: String) throws {
        write("", to: name)
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        try FileManager.default.copyItem(atPath: String(file), toPath: "\(path)/\(name)")
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    func read(_ name: String) -> String? { Scratch.read("\(path)/\(name)") }

    static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What the host on a data folder says about itself; nil = none runs.
    func hostFile(_ folder: String = ".stratagem") -> JSONObject? {
        read("\(folder)/host.json").flatMap { try? JSONObject($0) }
    }

    /// Names in the folder that do not begin with a dot.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The strategies that are shipped.
    func copyShippedStrategies() throws {
        try FileManager.default.copyItem(atPath: Repository.root + "/strategies", toPath: path + "/strategies")
    }

    /// Adds a strategy of SMACross that trades on the simulator's bars of a second.
    func addCross(_ id: String, _ more: String = "") {
        write(
            """
            plugin: SMACross
            instruments: [BTC_USDT]
            timeframe: 1s
            parameters: {fast: 2, slow: 4, quantity: 0.01}
            \(more)
            """, to: "strategies/\(id)/strategy.yaml")
    }

    /// Bars of a price that goes up and down, so that moving averages cross.
    func writeBars(_ count: Int = 400, base: Int = 100, to name: String = "bars.csv") {
        var text = "timestamp,open,high,low,close,volume\n"
        for index in 0..<count {
            let phase = index % 60
            let price = base + (phase < 30 ? phase : 60 - phase)
            let minute = index % 60 < 10 ? "0\(index % 60)" : "\(index % 60)"
            let hour = index / 60 % 24 < 10 ? "0\(index / 60 % 24)" : "\(index / 60 % 24)"
            text +=
                "2024-01-\(10 + index / 1440)T\(hour):\(minute):00Z,\(price).5,\(price + 1),\(price),\(price).25,7\n"
        }
        write(text, to: name)
    }
}

/// Where the sources are, and the recordings beside them.
enum Repository {
    static let root: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    static func recording(_ name: String) -> String {
        root.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/shared/data/" + name
    }

    static let hasRecordings = FileManager.default.fileExists(atPath: recording("goog-1d-2004-2013.csv"))
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}
