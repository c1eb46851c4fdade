internal import Glibc

/// Where the author's kit is that was built with this host: what a strategy's Swift is compiled against and linked with, and
/// the headers for C.
public struct KitLocation: Sendable, Equatable {
    /// `.swiftmodule` files.
    public var modules: String
    /// CStrategyABI.h and its module map.
    public var headers: String
    /// The code of StrategyKit and CStrategyABI.
    public var objects: [String]
    /// The code of StrategyTesting, for tests.
    public var testObjects: [String]

    public init(modules: String, headers: String, objects: [String], testObjects: [String]) {
        self.modules = modules
        self.headers = headers
        self.objects = objects
        self.testObjects = testObjects
    }

    /// What is missing, and where it was looked for.
    public struct Missing: Error, Sendable, Equatable {
        public var text: String
    }

    /// The kit of the running executable.
    public static func ofExecutable() -> Result<KitLocation, Missing> {
        guard let folder = PluginDiscovery.executableFolder else {
            return .failure(Missing(text: "the executable's folder is not known; mount /proc"))
        }
        return at(executableFolder: folder)
    }

    /// A folder `kit` beside the executable, as an installation has it, or else SwiftPM's build folder itself.
    public static func at(executableFolder folder: String) -> Result<KitLocation, Missing> {
        let installed = "\(folder)/kit"
        if FileBytes.isFolder(installed) {
            return checked(
                KitLocation(
                    modules: installed, headers: "\(installed)/include",
                    objects: objects(in: "\(installed)/StrategyKit"),
                    testObjects: objects(in: "\(installed)/StrategyTesting")))
        }
        guard let headers = headersOfSources(above: folder) else {
            return .failure(
                Missing(
                    text: "there is no folder \(installed), and no Sources/CStrategyABI above \(folder); run the "
                        + "executable from its build folder, or make the kit: `stratagem build --export-kit \(installed)`"
                ))
        }
        let note = "\(folder)/CStrategyABI.build/note.c.o"
        let objects = objects(ofModule: "StrategyKit", in: folder)
        return checked(
            KitLocation(
                modules: "\(folder)/Modules", headers: headers, objects: objects.isEmpty ? [] : objects + [note],
                testObjects: self.objects(ofModule: "StrategyTesting", in: folder)))
    }

    private static func checked(_ kit: KitLocation) -> Result<KitLocation, Missing> {
        let wanted = ["\(kit.modules)/StrategyKit.swiftmodule", "\(kit.headers)/module.modulemap"] + kit.objects
        if let missing = wanted.first(where: { access($0, R_OK) != 0 }) {
            return .failure(Missing(text: "\(missing) is missing; build again: `swift build -c release`"))
        }
        guard !kit.objects.isEmpty else {
            return .failure(
                Missing(text: "the kit's code for \(kit.modules) is missing; build again: `swift build -c release`"))
        }
        return .success(kit)
    }

    private static func objects(in folder: String) -> [String] {
        (FileBytes.names(in: folder) ?? []).filter { $0.hasSuffix(".o") }.map { "\(folder)/\($0)" }
    }

    /// SwiftPM lists a module's sources, so that objects of files that are gone are left out.
    private static func objects(ofModule module: String, in folder: String) -> [String] {
        let build = "\(folder)/\(module).build"
        guard case .success(let bytes) = FileBytes.read("\(build)/sources", limit: 1 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            guard let name = line.split(separator: "/").last else { return nil }
            return "\(build)/\(name.filter { $0 != "'" && $0 != "\"" && $0 != "\\" }).o"
        }
    }

    /// The build folder lies in the package: …/.build/<triple>/release.
    private static func headersOfSources(above folder: String) -> String? {
        var folder = folder
        while let slash = folder.lastIndex(of: "/") {
            folder = String(folder[..<slash])
            let headers = "\(folder)/Sources/CStrategyABI/include"
            if access("\(headers)/module.modulemap", R_OK) == 0 { return headers }
        }
        return nil
    }

    /// Changes when any file of the kit does.
    var fingerprint: String {
        (["\(modules)/StrategyKit.swiftmodule", "\(headers)/CStrategyABI.h"] + objects)
            .map(FileStamp.text(of:)).joined(separator: "\n")
    }
}

/// What tells a file from another one at the same path without reading it.
enum FileStamp {
    /// Links followed; as it is where it leads to nothing.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    static func text(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "\(path) –" }
        return "\(path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ino)"
    }
}
