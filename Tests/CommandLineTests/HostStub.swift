import Glibc

/// A server on a Unix socket that answers what it was told to, byte for byte, each request on its own connection.
final class HostStub: @unchecked Sendable {
    let path: String
    private let listener: Int32
    private var thread = pthread_t()

    enum Piece: Sendable {
        case text(String)
        case pause(milliseconds: Int)
    }

    /// `answer` is given the request's head and body. It ends with its last reference.
    init(_ path: String, answer: @escaping @Sendable (String) -> [Piece]) {
        self.path = path
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        HostStub.address(path) { _ = bind(listener, $0, $1) }
        listen(listener, 16)
        // The thread must not hold on to the stub, or it would never go.
        let server = Unmanaged.passRetained(StubServer(listener: listener, answer: answer)).toOpaque()
        pthread_create(
            &thread, nil,
            { server in
                Unmanaged<StubServer>.fromOpaque(server!).takeRetainedValue().serve()
                return nil
            }, server)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        pthread_join(thread, nil)
        close(listener)
        unlink(path)
    }

    /// A JSON answer for each path; others are unknown.
    convenience init(_ path: String, json: [String: String]) {
        self.init(path) { request in
            let words = request.split(separator: " ", maxSplits: 2)
            let target = words.count > 1 ? words[1].prefix { $0 != "?" } : ""
            let body = json["\(words.first ?? "") \(target)"]
            let text = body ?? #"{"error":{"code":"NOT_FOUND","message":"no such path"}}"#
            let head =
                "HTTP/1.1 \(body == nil ? "404 Not Found" : "200 OK")\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
            return [.text(head + text)]
        }
    }

    private static func address(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

private final class StubServer: @unchecked Sendable {
    private let listener: Int32
    private let answer: @Sendable (String) -> [HostStub.Piece]

    init(listener: Int32, answer: @escaping @Sendable (String) -> [HostStub.Piece]) {
        self.listener = listener
        self.answer = answer
    }

    func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            for piece in answer(request(connection)) {
                switch piece {
                case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
                case .text(let text): _ = text.withCString { send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                }
            }
            close(connection)
        }
    }

    /// Reads the head and as many bytes as it promises.
    private func request(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let length = text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                .flatMap { Int($0.dropFirst(16)) }
            if text[end.upperBound...].utf8.count >= length ?? 0 { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
