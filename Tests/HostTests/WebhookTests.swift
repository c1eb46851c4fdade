import API
import Crypto
import Foundation
import Glibc
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Webhook")
    struct WebhookTests {
        private let secret = "a secret of some length"

        private func alert(_ number: Int) -> AlertView {
            AlertView(
                id: "alr-\(number)", severity: .high, code: "X", message: "a \"message\"",
                time: Timestamp(nanoseconds: 0))
        }

        private func webhook(
            _ port: UInt16, queueMax: Int = 100, attemptsMax: Int = 5, timeoutSeconds: Int = 20
        ) -> Webhook {
            Webhook(
                Webhook.Terms(
                    url: "http://127.0.0.1:\(port)/alerts", secret: Array(secret.utf8), queueMax: queueMax,
                    attemptsMax: attemptsMax,
                    timeoutSeconds: timeoutSeconds, firstPause: .milliseconds(5)))
        }

        private func wait(_ isDone: () -> Bool) async throws {
            let deadline = MonotonicClock.now + 120_000_000_000
            while !isDone() {
                try #require(MonotonicClock.now < deadline)
                try await Task.sleep(for: .milliseconds(5))
            }
        }

        @Test("posts each alert once, in order, with a signature that the receiver can check")
        func delivers() async throws {
            let receiver = try Receiver([])
            defer { receiver.close() }
            let webhook = webhook(receiver.port)
            webhook.start()
            for number in 1...3 { webhook.post(alert(number)) }
            try await wait { webhook.counts.delivered == 3 }
            webhook.close()
            let requests = receiver.requests
            #expect(requests.count == 3 && webhook.waitingCount == 0)
            for (index, request) in requests.enumerated() {
                #expect(request.head.hasPrefix("POST /alerts HTTP/1.1"))
                #expect(
                    request.body
                        == #"{"alert_id":"alr-\#(index + 1)","severity":"high","code":"X","#
                        + #""message":"a \"message\"","timestamp":"1970-01-01T00:00:00Z"}"#)
                let time = try #require(request.header("x-stratagem-timestamp"))
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data("\(time).\(request.body)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
                let digits = code.map { String(format: "%02x", $0) }.joined()
                #expect(request.header("x-stratagem-signature") == "sha256=" + digits)
            }
        }

        @Test("tries again what the receiver cannot take now, and not what it does not want")
        func retries() async throws {
            let receiver = try Receiver([500, 429, 200, 400, 200])
            defer { receiver.close() }
            let webhook = webhook(receiver.port)
            webhook.start()
            for number in 1...3 { webhook.post(alert(number)) }
            try await wait { webhook.waitingCount == 0 }
            webhook.close()
            #expect(webhook.counts == Webhook.Counts(delivered: 2, dropped: 0, givenUp: 1))
            let ids = receiver.requests.map { String($0.body.dropFirst(13).prefix(5)) }
            #expect(ids == ["alr-1", "alr-1", "alr-1", "alr-2", "alr-3"])
        }

        @Test("gives an alert up after its tries, though nobody listens")
        func givesUp() async throws {
            let receiver = try Receiver([])
            defer { receiver.close() }
            receiver.refuse()
            let port = receiver.port
            let webhook = webhook(port, attemptsMax: 3, timeoutSeconds: 1)
            let reports = Mutex<[String]>([])
            webhook.start { text in reports.withLock { $0.append(text) } }
            webhook.post(alert(1))
            try await wait { reports.withLock { !$0.isEmpty } }
            webhook.close()
            #expect(webhook.waitingCount == 0 && webhook.counts.givenUp == 1)
            #expect(
                reports.withLock { $0 } == ["alert alr-1 did not reach http://127.0.0.1:\(port)/alerts in 3 attempts"])
        }

        @Test("the queue is bounded and never waits: the oldest go")
        func bounded() {
            let webhook = webhook(1, queueMax: 10)
            for number in 1...25 { webhook.post(alert(number)) }
            #expect(webhook.waitingCount == 10 && webhook.counts.dropped == 15)
            webhook.close()
            webhook.post(alert(26))
            #expect(webhook.waitingCount == 10)
        }
    }
}

/// A receiver on the loopback interface: it keeps what it is sent and answers with one status after the other, 200 at the end.
private final class Receiver: Sendable {
    struct Request {
        var head: String
        var body: String

        func header(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<(statuses: [Int], requests: [Request])>

    init(_ statuses: [Int]) throws {
        state = Mutex((statuses, []))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(isBound)
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                serve(connection)
                Glibc.close(connection)
            }
        }
    }

    var requests: [Request] { state.withLock { $0.requests } }

    /// Nobody listens any more, and nobody else can at this port.
    func refuse() { shutdown(listener, Int32(SHUT_RDWR)) }

    func close() {
        refuse()
        Glibc.close(listener)
    }

    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            if let request = Receiver.request(in: bytes) {
                let status = state.withLock { state in
                    state.requests.append(request)
                    return state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
                }
                let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                return
            }
            let count = recv(connection, &part, part.count, 0)
            guard count > 0 else { return }
            bytes += part[..<count]
        }
    }

    /// nil = it is not all there yet.
    private static func request(in bytes: [UInt8]) -> Request? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        var request = Request(head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
        guard let length = request.header("content-length").flatMap({ Int($0) }), request.body.utf8.count >= length
        else { return nil }
        request.body = String(request.body.prefix(length))
        return request
    }
}
