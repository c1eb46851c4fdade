import Dispatch
import Glibc
import Synchronization
import Testing

/// A TCP or Unix domain connection on which a test sends what it likes.
final class RawConnection: Sendable {
    private let socket: Int32
    /// Received, and not asked for yet.
    private let surplus = Mutex<ArraySlice<UInt8>>([])

    /// `seconds`: so long it waits for the peer, whose threads other tests may hold.
    init(port: Int, seconds: Int = 60) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) { bytes in
            connect(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        try #require(status == 0, "cannot connect to port \(port)")
        limitWaiting(seconds)
    }

    init(path: String) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafeBytes(of: &address) { bytes in
            connect(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        try #require(status == 0, "cannot connect to \(path)")
        limitWaiting(60)
    }

    deinit { close(socket) }

    private func limitWaiting(_ seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func send(_ text: String) { send(bytes: Array(text.utf8)) }

    func send(bytes: [UInt8]) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// More than the system takes at once: this waits for the peer to read.
    func send(_ text: String, times: Int) async { await blocking { [self] in for _ in 0..<times { send(text) } } }

    /// Exactly so many bytes; nil = the peer has closed, or the time has passed. What is there already is not waited for: other
    /// tests may hold the threads that a wait ends on.
    func receive(count: Int) async -> [UInt8]? {
        if let bytes = take(count) { return bytes }
        return await blocking { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let got = recv(socket, &buffer, buffer.count, 0)
                if got <= 0 { return nil }
                surplus.withLock { $0 += buffer.prefix(got) }
                if let bytes = take(count) { return bytes }
            }
        }
    }

    private func take(_ count: Int) -> [UInt8]? {
        surplus.withLock { surplus in
            guard surplus.count >= count else { return nil }
            defer { surplus.removeFirst(count) }
            return Array(surplus.prefix(count))
        }
    }

    /// What has come until `end` comes, the peer closes, or the time has passed.
    func receive(until end: String) async -> String {
        await blocking { [self] in
            var text = ""
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while !text.contains(end) {
                let count = recv(socket, &bytes, bytes.count, 0)
                if count <= 0 { break }
                text += String(decoding: bytes.prefix(count), as: UTF8.self)
            }
            return text
        }
    }

    /// Whether the peer closes, in the time that this waits; what it still says is thrown away.
    func isClosed() async -> Bool {
        await blocking { [self] in
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(socket, &bytes, bytes.count, 0)
                if count == 0 { return true }
                // Who closes while something comes in resets the connection.
                if count < 0 { return errno == ECONNRESET || errno == EPIPE }
            }
        }
    }

    /// Away from the threads of Swift's tasks, which the server under test runs on.
    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }
}
