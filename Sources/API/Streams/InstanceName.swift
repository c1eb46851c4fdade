import Glibc

/// The name of the machine, by which clients tell hosts apart.
enum InstanceName {
    static let own: String = {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "stratagem" }
        let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return name.isEmpty ? "stratagem" : String(decoding: name, as: UTF8.self)
    }()
}
