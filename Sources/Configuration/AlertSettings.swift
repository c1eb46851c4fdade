/// `alerts` of host.yaml: where alerts are sent to besides the API.
public struct AlertSettings: Sendable, Equatable {
    /// Gets each new alert as a POST; nil = nobody does.
    public var webhook: String?
    /// Signs what is sent: HMAC-SHA256.
    public var secret = ""
    public var timeoutSeconds = 5
    /// Alerts that wait at most; the oldest go.
    public var queueMax = 1000
    /// Tries of one alert before it is given up.
    public var attemptsMax = 8

    public init() {}

    init(_ section: inout Section) {
        var hook = section.section("webhook")
        webhook = hook.read("url", "a URL like https://desk.example/alerts") { text in
            let rest = ["http://", "https://"].lazy.filter { text.hasPrefix($0) }.map { text.dropFirst($0.count) }.first
            guard let rest, let first = rest.first, first != "/", text.utf8.count <= 2048,
                text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
            else { return nil }
            return text
        }
        if let text = hook.read(
            "secret", "a text of 16 to 256 bytes", { (16...256).contains($0.utf8.count) ? $0 : nil })
        {
            secret = text
        }
        if let value = hook.integer("timeout_seconds", in: 1...60) { timeoutSeconds = value }
        if let value = hook.integer("queue_max", in: 1...100_000) { queueMax = value }
        if let value = hook.integer("attempts_max", in: 1...100) { attemptsMax = value }
        if webhook != nil, hook.isMissing("secret") {
            section.remark(.error, "webhook", "the secret is missing: 16 bytes or more that the receiver knows, too")
        }
        hook.finish()
        section.finish()
    }
}
