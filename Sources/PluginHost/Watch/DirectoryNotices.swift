internal import Glibc

/// The kernel's notices (inotify) about what happens in some folders. For one thread.
struct DirectoryNotices: ~Copyable {
    /// Something happened to `name` in the folder with this number; an empty name = to the folder itself.
    struct Notice {
        var number: Int32
        var name: String
        /// IN_…
        var mask: UInt32

        func has(_ flags: Int32...) -> Bool { flags.contains { mask & UInt32(bitPattern: $0) != 0 } }
        /// The kernel had no room for more: anything may have happened anywhere.
        var isOverflow: Bool { has(Int32(IN_Q_OVERFLOW)) }
        /// The folder is not watched any more.
        var isEnd: Bool { has(Int32(IN_IGNORED)) }
    }

    /// To wait on; −1 = the system gives none.
    let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    init() { descriptor = inotify_init1(Int32(O_NONBLOCK) | Int32(O_CLOEXEC)) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches a folder, following links, and gives its number: the same for the same folder under whatever path. nil with
    /// `errno` set when it cannot be watched.
    func watch(_ path: String) -> Int32? {
        let events =
            IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO
            | IN_DELETE_SELF | IN_MOVE_SELF
        let number = inotify_add_watch(descriptor, path, UInt32(events) | UInt32(IN_ONLYDIR))
        return number < 0 ? nil : number
    }

    func forget(_ number: Int32) { _ = inotify_rm_watch(descriptor, number) }

    /// All notices that wait.
    mutating func take() -> [Notice] {
        var notices: [Notice] = []
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return notices }
            parse(count, into: &notices)
        }
    }

    /// Number i32, mask u32, cookie u32, length u32, then so many bytes of name, filled up with zeros.
    private func parse(_ count: Int, into notices: inout [Notice]) {
        buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 16 <= count {
                let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                let end = offset + 16 + length
                guard end <= count else { return }
                let name = bytes[(offset + 16)..<end].prefix { $0 != 0 }
                notices.append(
                    Notice(
                        number: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                        name: String(decoding: name, as: UTF8.self),
                        mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)))
                offset = end
            }
        }
    }
}
