internal import Glibc

/// What the system says about the main thread of a child: for how long it could not run through no fault of its own.
struct ProcessWait {
    let process: pid_t

    /// How long it has waited for a processor in its life, in nanoseconds: the second number of the system's scheduling
    /// statistics. 0 where the system does not keep them.
    var forProcessor: Int64 {
        let numbers = line(of: "schedstat").split(separator: " ")
        return numbers.count > 1 ? Int64(numbers[1]) ?? 0 : 0
    }

    /// It waits for a disk now and cannot even be interrupted: "D" behind the name in its line of the system.
    var isForDisk: Bool {
        let text = line(of: "stat")
        guard let end = text.lastIndex(of: ")") else { return false }
        return text[end...].dropFirst().first { $0 != " " } == "D"
    }

    private func line(of name: String) -> String {
        let file = open("/proc/\(process)/\(name)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
