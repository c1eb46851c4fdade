internal import Glibc

/// The sources of one strategy as bytes: what is read here is what is hashed and what is compiled, whatever an editor does
/// to the folder meanwhile.
struct SourceFiles: Equatable {
    struct File: Equatable {
        var name: String
        var bytes: [UInt8]
    }

    let language: SourceLanguage
    /// Compiled ones and, for C, headers; sorted by name.
    let files: [File]

    var names: Set<String> { Set(files.map(\.name)) }
    var compiled: [String] { files.map(\.name).filter { $0.hasSuffix(language.ending) } }

    static let fileCountMax = 64
    static let fileBytesMax = 1 << 20
    static let totalBytesMax = 4 << 20

    /// Of what a folder holds to compile; nil = nothing. Hidden files and folders below are left alone; a folder `Tests` is
    /// for tests.
    static func language(of folder: String) -> SourceLanguage? {
        (FileBytes.names(in: folder) ?? []).lazy.filter(isVisible).compactMap(SourceLanguage.of(file:)).first
    }

    /// Reads the folder, or says everything that is in the way.
    static func read(_ folder: String) -> Result<SourceFiles, BuildFailure> {
        guard let all = FileBytes.names(in: folder) else {
            return .failure(BuildFailure(.sources, folder: folder, "cannot be read: \(FileBytes.systemMessage())"))
        }
        let names = all.filter(isVisible)
        let languages = SourceLanguage.allCases.filter { language in names.contains { $0.hasSuffix(language.ending) } }
        guard let language = languages.first else {
            return .failure(BuildFailure(.sources, folder: folder, "holds no source: a .swift, .c or .rs file"))
        }
        guard languages.count == 1 else {
            let found = languages.map(\.name).joined(separator: " and ")
            return .failure(
                BuildFailure(
                    .sources, folder: folder,
                    "holds \(found); a strategy is written in one language: move the others out"))
        }
        let wanted = names.filter { $0.hasSuffix(language.ending) || language == .c && $0.hasSuffix(".h") }
        return read(wanted, language, folder)
    }

    private static func read(
        _ names: [String], _ language: SourceLanguage, _ folder: String
    ) -> Result<SourceFiles, BuildFailure> {
        var problems: [CompilerMessage] = []
        var files: [File] = []
        if names.count > fileCountMax {
            problems.append(.init(.error, "\(names.count) files, above the limit of \(fileCountMax); join some"))
        }
        for name in names.prefix(fileCountMax) {
            // A name that is no UTF-8 was repaired with this character, so it leads to no file.
            if name.contains("\u{fffd}") {
                problems.append(.init(.error, "a file's name is not UTF-8: rename '\(name)'"))
                continue
            }
            switch FileBytes.read("\(folder)/\(name)", limit: fileBytesMax) {
            case .success(let bytes): files.append(File(name: name, bytes: bytes))
            case .failure(let problem): problems.append(.init(.error, problem.text, file: name))
            }
        }
        let total = files.reduce(0) { $0 + $1.bytes.count }
        if total > totalBytesMax {
            problems.append(.init(.error, "\(total) bytes of source, above the limit of \(totalBytesMax)"))
        }
        guard problems.isEmpty else {
            return .failure(
                BuildFailure(.sources, folder: folder, "has sources that cannot be compiled", messages: problems))
        }
        return .success(SourceFiles(language: language, files: files))
    }

    private static func isVisible(_ name: String) -> Bool { !name.hasPrefix(".") }

    /// Writes all files into an empty folder.
    func write(to folder: String) -> String? {
        for file in files {
            if case .failure(let failure) = FileBytes.create("\(folder)/\(file.name)", file.bytes, mode: 0o600) {
                if case .message(let message) = failure { return "\(folder)/\(file.name): \(message)" }
                return "\(folder)/\(file.name) exists"
            }
        }
        return nil
    }
}
