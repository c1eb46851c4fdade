import API
import AsyncHTTPClient
import Configuration
import Crypto
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization
import Trading

/// Posts alerts to a URL of the operator's. It never makes trading wait: alerts go into a bounded queue, from which a task of its
/// own sends them one after the other, and again where the receiver does not take them.
///
/// The body is signed: `X-Stratagem-Signature` is "sha256=" and HMAC-SHA256 of "TIME.BODY" with the shared secret, where TIME is
/// the header `X-Stratagem-Timestamp`.
final class Webhook: Sendable {
    struct Terms: Sendable {
        /// An http or https URL.
        var url: String
        var secret: [UInt8]
        var queueMax = 1000
        var attemptsMax = 8
        var timeoutSeconds = 5
        /// Before the second try; twice as long before each further one, up to a minute.
        var firstPause = Duration.seconds(1)
    }

    struct Counts: Sendable, Equatable {
        var delivered: UInt64 = 0
        /// The queue was full.
        var dropped: UInt64 = 0
        /// The receiver did not want it, or could not be reached often enough.
        var givenUp: UInt64 = 0
    }

    private struct State {
        var waiting: [AlertView] = []
        var counts = Counts()
        var isClosed = false
        var sending: Task<Void, Never>?
        var wake: CheckedContinuation<Void, Never>?
    }

    private let terms: Terms
    private let state = Mutex(State())

    init(_ terms: Terms) { self.terms = terms }

    /// nil = there is none.
    convenience init?(_ settings: AlertSettings) {
        guard let url = settings.webhook else { return nil }
        self.init(
            Terms(
                url: url, secret: Array(settings.secret.utf8), queueMax: settings.queueMax,
                attemptsMax: settings.attemptsMax, timeoutSeconds: settings.timeoutSeconds))
    }

    var counts: Counts { state.withLock { $0.counts } }
    /// Alerts that wait, the one on its way included.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Begins to send, until `close`. `report` hears of what is lost, on the thread that sends.
    func start(_ report: @escaping @Sendable (String) -> Void = { _ in }) {
        let task = Task.detached { await self.run(report) }
        state.withLock { $0.sending = task }
    }

    /// Puts an alert into the queue; the oldest one goes when it is full.
    func post(_ alert: AlertView) {
        let wake = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isClosed else { return nil }
            if state.waiting.count >= terms.queueMax {
                state.waiting.removeFirst()
                state.counts.dropped += 1
            }
            state.waiting.append(alert)
            defer { state.wake = nil }
            return state.wake
        }
        wake?.resume()
    }

    /// What waits is not sent any more.
    func close() {
        let (wake, sending) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Task<Void, Never>?) in
            state.isClosed = true
            defer { state.wake = nil }
            return (state.wake, state.sending)
        }
        wake?.resume()
        sending?.cancel()
    }

    // MARK: Sending

    private func run(_ report: @Sendable (String) -> Void) async {
        var dropped: UInt64 = 0
        while let alert = await next() {
            var pause = terms.firstPause
            var outcome = await send(alert)
            var attempts = 1
            while outcome == .again, attempts < terms.attemptsMax, !isClosed {
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
                outcome = await send(alert)
                attempts += 1
            }
            finish(alert, outcome)
            if outcome != .taken, !isClosed {
                report("alert \(alert.id) did not reach \(terms.url) in \(attempts) attempts")
            }
            let lost = counts.dropped - dropped
            if lost > 0 {
                report("\(lost) alerts were dropped: \(terms.queueMax) wait for \(terms.url) already")
            }
            dropped += lost
        }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The oldest one that waits; it stays in the queue until its end. nil = closed.
    private func next() async -> AlertView? {
        while true {
            if let first = state.withLock({ $0.isClosed ? nil : $0.waiting.first }) { return first }
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.waiting.isEmpty, !state.isClosed else { return true }
                    state.wake = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
            if isClosed { return nil }
        }
    }

    private func finish(_ alert: AlertView, _ outcome: Outcome) {
        state.withLock { state in
            // A full queue may have let it go meanwhile.
            if state.waiting.first?.id == alert.id { state.waiting.removeFirst() }
            if outcome == .taken { state.counts.delivered += 1 } else { state.counts.givenUp += 1 }
        }
    }

    private enum Outcome { case taken, again, refused }

    private func send(_ alert: AlertView) async -> Outcome {
        let body = Webhook.body(alert)
        let time = String(WallClock.now / 1_000_000_000)
        var request = HTTPClientRequest(url: terms.url)
        request.method = .POST
        request.headers = [
            "content-type": "application/json", "x-stratagem-timestamp": time,
            "x-stratagem-signature": Webhook.signature(time: time, body: body, secret: terms.secret),
        ]
        request.body = .bytes(ByteBuffer(string: body))
        let timeout = TimeAmount.seconds(Int64(terms.timeoutSeconds))
        guard let response = try? await HTTPClient.shared.execute(request, timeout: timeout) else { return .again }
        switch response.status.code {
        case 200..<300: return .taken
        case 408, 429, 500...: return .again
        default: return .refused
        }
    }

    static func body(_ alert: AlertView) -> String {
        JSON.object([
            ("alert_id", .string(alert.id)), ("severity", .string(alert.severity.rawValue)),
            ("code", .string(alert.code)), ("message", .string(alert.message)),
            ("timestamp", .string(alert.time.description)),
        ]).text
    }

    static func signature(time: String, body: String, secret: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(time).\(body)".utf8), using: SymmetricKey(data: secret))
        return "sha256=" + code.hexadecimal
    }
}
