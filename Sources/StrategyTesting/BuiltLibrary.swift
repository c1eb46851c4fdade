import Glibc

/// Where the plugins are that the same package has built.
public enum BuiltLibrary {
    /// The library of a plugin: `lib<NAME>.so` beside the running test program.
    public static func path(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(readlink("/proc/self/exe", &buffer, buffer.count), 0)
        let program = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = program.lastIndex(of: "/").map { program[..<$0] } ?? "."
        return "\(folder)/lib\(name).so"
    }
}
