internal import FoundationEssentials
public import Trading

/// `api` of host.yaml.
public struct APISettings: Sendable, Equatable {
    /// `N/minute`, `N/second` or `off`.
    public enum RateLimit: Sendable, Equatable {
        case off
        case perSecond(Int)
        case perMinute(Int)
    }

    public var host = "127.0.0.1"
    public var port: UInt16 = 8080
    /// Origins that browsers may call from.
    public var cors: [String] = []
    public var maxBodyBytes = 1_048_576
    public var servicePorts = false
    public var servicePortOffset = 0
    /// A line for each request, in access.log of the data folder.
    public var accessLog = true
    /// By class: auth, market_data, trading, trading_exit, strategy, performance, websocket, default.
    public var rateLimits: [String: RateLimit] = [
        "auth": .perMinute(10), "market_data": .perMinute(1000), "trading": .perMinute(100),
        "trading_exit": .perMinute(600), "strategy": .perMinute(50), "performance": .perMinute(200),
        "websocket": .perMinute(5), "default": .perSecond(100),
    ]

    public init() {}
}

/// `simulator` of host.yaml.
public struct SimulatorSettings: Sendable, Equatable {
    public enum Calendars: String, Sendable, CaseIterable {
        case alwaysOpen = "always-open"
        case real
    }

    /// What the simulator can simulate.
    public static let knownInstruments = [
        "BTC_USDT", "ETH_USDT", "SOL_USDT", "ADA_USDT", "EUR_USD", "GBP_USD", "AUD_USD", "NIFTY", "BANKNIFTY",
    ]

    /// 0 = a new one at each start.
    public var seed: UInt64 = 0
    /// Seconds of market time in one second.
    public var speed = Rate.one
    public var calendars = Calendars.alwaysOpen
    public var instruments = SimulatorSettings.knownInstruments

    public init() {}
}

/// `feeds.<instrument>` of host.yaml: where its market data comes from instead of the simulator.
public struct FeedSettings: Sendable, Equatable {
    public var instrument: String
    /// A recorded file.
    public var file: String
    public var line: Int
}

/// `plugins` of host.yaml.
public struct PluginSettings: Sendable, Equatable {
    /// SHA-256 of the libraries that may be loaded, 64 lower-case hexadecimal digits; empty = any.
    public var allow: [String] = []
    public var requireSignature = false
    /// Ed25519 public keys, 32 bytes each.
    public var keys: [[UInt8]] = []
    /// Images in memory before the host must be restarted.
    public var generationsMax = 200

    public init() {}
}

/// `journal` of host.yaml.
public struct JournalSettings: Sendable, Equatable {
    /// Below the data folder unless absolute.
    public var path = "journal.sqlite"
    public var checkpointSeconds = 30
    /// Rows of the audit log that are older move into files; 0 = none.
    public var auditDays = 0

    public init() {}
}

/// `faults` of host.yaml: what is borne from a strategy before it is stopped.
public struct FaultSettings: Sendable, Equatable {
    public var callbackSoftMicroseconds = 1000
    public var callbackHardMilliseconds = 250
    public var restartsMax = 5
    public var restartWindowSeconds = 60
    public var memoryMaxMegabytes = 512

    public init() {}
}

extension APISettings {
    init(_ section: inout Section) {
        if let text = section.text("host", maxBytes: 255) { host = text }
        if let number = section.integer("port", in: UInt16.min...UInt16.max) { port = number }
        if let origins = section.distinct("cors", of: "an origin like https://desk.example", { $0 }) { cors = origins }
        if let bytes = section.integer("max_body_bytes", in: 1024...(1 << 30)) { maxBodyBytes = bytes }
        if let flag = section.boolean("service_ports") { servicePorts = flag }
        if let offset = section.integer("service_port_offset", in: 0...57_000) { servicePortOffset = offset }
        if let flag = section.boolean("access_log") { accessLog = flag }
        var rates = section.section("rate_limits")
        for name in rateLimits.keys.sorted() {
            let expected = "a rate like 100/minute, 10/second or off"
            if let limit = rates.read(name, expected, Self.rateLimit) { rateLimits[name] = limit }
        }
        rates.finish()
        section.finish()
    }

    private static func rateLimit(_ text: String) -> RateLimit? {
        if text == "off" { return .off }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count) else { return nil }
        switch parts[1] {
        case "second": return .perSecond(count)
        case "minute": return .perMinute(count)
        default: return nil
        }
    }
}

extension SimulatorSettings {
    init(_ section: inout Section) {
        if let number = section.integer("seed", in: UInt64.min...UInt64.max) { seed = number }
        if let raw = section.decimal("speed", scale: Rate.decimals, in: 0...1_000_000, above0: true) {
            speed = Rate(raw: raw)
        }
        if let choice = section.choice("calendars", Calendars.self) { calendars = choice }
        let known = Self.knownInstruments
        let expected = "one of " + known.joined(separator: ", ")
        if let chosen = section.distinct("instruments", of: expected, { known.contains($0) ? $0 : nil }) {
            instruments = chosen
        }
        section.finish()
    }
}

extension FeedSettings {
    /// A file's path alone, or {file: path}.
    static func read(_ section: inout Section) -> [FeedSettings] {
        section.named().compactMap { entry in
            if !Section.isInstrument(entry.key) {
                section.remark(.error, entry.key, "an instrument's id has 1 to 31 characters without spaces")
            }
            if entry.value.scalarText != nil {
                return section.text(entry.key).map {
                    FeedSettings(instrument: entry.key, file: $0, line: entry.line)
                }
            }
            var feed = section.section(entry.key)
            let file = feed.text("file")
            feed.finish()
            if feed.isMissing("file") { section.remark(.error, entry.key, "expected a file's path") }
            return file.map { FeedSettings(instrument: entry.key, file: $0, line: entry.line) }
        }
    }
}

extension PluginSettings {
    init(_ section: inout Section) {
        // A wrong hash stays in the list, where it matches nothing: an empty list would let everything in.
        if let hashes = section.distinct("allow", of: "a SHA-256", { $0.lowercased() }) { allow = hashes }
        for hash in allow where !Self.isHash(hash) {
            section.remark(.error, "allow", "'\(hash.prefix(80))' is no SHA-256; expected 64 hexadecimal digits")
        }
        if let flag = section.boolean("require_signature") { requireSignature = flag }
        let expected = "an Ed25519 public key: 32 bytes as hexadecimal digits or base64, or the base64 of its PEM"
        if let good = section.distinct("keys", of: expected, Self.key) { keys = good }
        if let count = section.integer("generations_max", in: 1...100_000) { generationsMax = count }
        if requireSignature, keys.isEmpty {
            section.remark(.error, "require_signature", "there is no key to check signatures with; add plugins.keys")
        }
        section.finish()
    }
}

extension PluginSettings {
    private static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// What stands before the 32 bytes of an Ed25519 key in a PEM file (RFC 8410).
    private static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    private static func key(_ text: String) -> [UInt8]? {
        if isHash(text.lowercased()) {
            let digits = Array(text.utf8)
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
            }
        }
        guard let data = Data(base64Encoded: text) else { return nil }
        if data.count == 32 { return Array(data) }
        return data.count == 44 && data.starts(with: prefix) ? Array(data.dropFirst(prefix.count)) : nil
    }
}

extension JournalSettings {
    init(_ section: inout Section) {
        if let text = section.text("path") { path = text }
        if let seconds = section.integer("checkpoint_seconds", in: 1...86_400) { checkpointSeconds = seconds }
        if let days = section.integer("audit_days", in: 0...36_500) { auditDays = days }
        section.finish()
    }
}

extension FaultSettings {
    init(_ section: inout Section) {
        if let value = section.integer("callback_soft_us", in: 1...60_000_000) { callbackSoftMicroseconds = value }
        if let value = section.integer("callback_hard_ms", in: 1...60_000) { callbackHardMilliseconds = value }
        if let value = section.integer("restarts_max", in: 0...1000) { restartsMax = value }
        if let value = section.integer("restart_window_seconds", in: 1...86_400) { restartWindowSeconds = value }
        if let value = section.integer("memory_max_mb", in: 16...1_048_576) { memoryMaxMegabytes = value }
        section.finish()
    }
}
