import Glibc

/// A stream to the host, over the local socket or TCP, that never waits past its deadline.
final class Connection {
    private let descriptor: Int32
    /// Monotonic nanoseconds.
    private let deadline: Int64
    private let seconds: Int

    /// Over a socket of the file system.
    init(socket path: String, seconds: Int) throws(ClientFault) {
        self.seconds = seconds
        deadline = MonotonicClock.now + Int64(seconds) * 1_000_000_000
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= LocalSocket.pathBytesMax, !bytes.contains(0) else {
            throw .notConnected("\(path): the path is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        descriptor = Connection.open(AF_UNIX)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let failure = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 ? 0 : errno }
        }
        guard failure == 0 else { throw .notConnected("\(path): \(String(cString: strerror(failure)))") }
    }

    /// Over TCP; the first of the name's addresses that answers.
    init(host: String, port: UInt16, seconds: Int) throws(ClientFault) {
        self.seconds = seconds
        deadline = MonotonicClock.now + Int64(seconds) * 1_000_000_000
        var wanted = addrinfo()
        wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, String(port), &wanted, &found)
        guard failure == 0, let found else { throw .notConnected("\(host): \(String(cString: gai_strerror(failure)))") }
        defer { freeaddrinfo(found) }
        var reason: Int32 = ENOENT
        var entry: UnsafeMutablePointer<addrinfo>? = found
        while let address = entry?.pointee {
            let candidate = Connection.open(address.ai_family)
            reason = Connection.join(candidate, address, until: deadline)
            if reason == 0 {
                descriptor = candidate
                return
            }
            close(candidate)
            entry = address.ai_next
        }
        throw .notConnected("\(host):\(port): \(String(cString: strerror(reason)))")
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func open(_ family: Int32) -> Int32 {
        socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }

    /// 0, or the system's error number.
    private static func join(_ descriptor: Int32, _ address: addrinfo, until deadline: Int64) -> Int32 {
        if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        guard wait(descriptor, Int16(POLLOUT), until: deadline) else { return ETIMEDOUT }
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 ? failure : errno
    }

    /// False = the deadline came first.
    private static func wait(_ descriptor: Int32, _ events: Int16, until deadline: Int64) -> Bool {
        while true {
            let left = deadline - MonotonicClock.now
            guard left > 0 else { return false }
            var wait = pollfd(fd: descriptor, events: events, revents: 0)
            let count = poll(&wait, 1, Int32(clamping: (left + 999_999) / 1_000_000))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }

    func write(_ bytes: [UInt8]) throws(ClientFault) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                guard Connection.wait(descriptor, Int16(POLLOUT), until: deadline) else {
                    throw .timedOut(seconds: seconds)
                }
            } else if errno == EPIPE || errno == ECONNRESET {
                // It may have answered without reading all.
                return
            } else if errno != EINTR {
                throw .cut(String(cString: strerror(errno)))
            }
        }
    }

    /// What has come, at most `chunk.count` bytes; 0 = the other side has ended.
    func read(into chunk: inout [UInt8]) throws(ClientFault) -> Int {
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count >= 0 { return count }
            if errno == EAGAIN {
                guard Connection.wait(descriptor, Int16(POLLIN), until: deadline) else {
                    throw .timedOut(seconds: seconds)
                }
            } else if errno != EINTR {
                throw .cut(String(cString: strerror(errno)))
            }
        }
    }
}
