internal import CProcess
internal import Glibc

/// The compilers of this machine, as paths; nil where one is missing.
public struct Toolchain: Sendable, Equatable {
    public var swiftc: String?
    public var cc: String?
    public var rustc: String?

    public init(swiftc: String? = nil, cc: String? = nil, rustc: String? = nil) {
        self.swiftc = swiftc
        self.cc = cc
        self.rustc = rustc
    }

    /// A folder with compilers that alone is searched.
    public static let variable = "STRATAGEM_TOOLCHAIN"

    /// Looks on PATH, where rustup installs, and in the Swift installation whose libraries this process runs with.
    public static func find() -> Toolchain {
        var folders: [String]
        if let only = environment(variable) {
            folders = [only]
        } else {
            folders = (environment("PATH") ?? "").split(separator: ":").map(String.init)
            if let home = environment("HOME") { folders.append(home + "/.cargo/bin") }
            if let runtime = runtimeFolder { folders.append(runtime) }
        }
        func first(_ names: String...) -> String? {
            names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }.first(where: isProgram)
        }
        return Toolchain(swiftc: first("swiftc"), cc: first("clang", "cc", "gcc"), rustc: first("rustc"))
    }

    public func compiler(for language: SourceLanguage) -> String? {
        switch language {
        case .swift: swiftc
        case .c: cc
        case .rust: rustc
        }
    }

    /// …/usr/lib/swift/linux/libswiftCore.so belongs to …/usr/bin/swiftc.
    private static var runtimeFolder: String? {
        guard let name = process_library_of("swift_retain") else { return nil }
        let parts = String(cString: name).split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 4 ? parts.dropLast(4).joined(separator: "/") + "/bin" : nil
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func isProgram(_ path: String) -> Bool { access(path, X_OK) == 0 && !FileBytes.isFolder(path) }
}
