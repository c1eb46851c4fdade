internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// The libraries that were built, each with a record of its hash and of what the compiler said.
struct BuildCache: Sendable {
    let folder: String
    let librariesMax: Int
    /// Of headers that the compiler has read; shared by all builds.
    var moduleCache: String { "\(folder)/modules" }

    private static let lastNumber = Mutex(0)

    init(folder: String, librariesMax: Int) {
        // Compilers run in folders of their own.
        self.folder = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        self.librariesMax = librariesMax
    }

    /// nil = not built yet, or damaged since.
    func library(_ job: BuildJob) -> BuiltLibrary? {
        guard let record = record(ofModule: job.module), record.key == job.key else { return nil }
        utimensat(AT_FDCWD, path(ofModule: job.module), nil, 0)  // used now, so it is not the oldest
        return BuiltLibrary(
            path: path(ofModule: job.module), sha256: record.sha256, module: job.module, language: job.sources.language,
            seconds: 0, isFromCache: true,
            messages: CompilerOutput(record.messages, files: job.sources.names, hasFailed: false).messages)
    }

    private func path(ofModule module: String) -> String { "\(folder)/\(module).so" }

    /// What was written down about a library; nil = there is none, or its bytes are other ones.
    private func record(ofModule module: String) -> (key: Substring, sha256: String, messages: String)? {
        guard case .success(let record) = FileBytes.read("\(folder)/\(module).txt", limit: 4 << 20),
            case .success(let bytes) = FileBytes.read(path(ofModule: module), limit: ELFInspection.sizeLimitBytes)
        else { return nil }
        let lines = String(decoding: record, as: UTF8.self).split(separator: "\n")
        let hash = SHA256.hash(data: bytes).hexadecimal
        guard lines.count >= 2, lines[1] == hash else { return nil }
        return (lines[0], hash, lines.dropFirst(2).joined(separator: "\n"))
    }

    // MARK: The newest of a folder

    /// Keeps in mind which library a strategy's folder came to last.
    func remember(_ module: String, of strategy: String) {
        let text = note(module, of: strategy)
        let place = place(of: strategy)
        if case .success(let bytes) = FileBytes.read(place, limit: 1 << 16), bytes == Array(text.utf8) { return }
        let fresh = "\(place).\(getpid())"
        unlink(fresh)
        if case .success = FileBytes.create(fresh, Array(text.utf8), mode: 0o600), rename(fresh, place) != 0 {
            unlink(fresh)
        }
    }

    /// The library that a folder came to last, whatever it holds now.
    func last(of strategy: String) -> String? {
        guard case .success(let bytes) = FileBytes.read(place(of: strategy), limit: 1 << 16) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let module = text.split(separator: "\n").first.map(String.init), text == note(module, of: strategy),
            !module.contains("/"), record(ofModule: module) != nil
        else { return nil }
        return path(ofModule: module)
    }

    private func place(of strategy: String) -> String {
        "\(folder)/\(strategy.split(separator: "/").last.map(String.init) ?? "").last"
    }

    /// Folders of one name in other places are not meant.
    private func note(_ module: String, of strategy: String) -> String {
        "\(module)\n\(FileStamp.resolved(strategy))\n"
    }

    /// A new folder with one for the sources in it.
    func workplace(_ job: BuildJob) throws(BuildFailure) -> String {
        let number = Self.lastNumber.withLock { last in
            last += 1
            return last
        }
        let place = "\(folder)/\(getpid())-\(number)"
        let sources = "\(place)/\(BuildJob.sourcesName)"
        removeLeftovers()
        do {
            try FileManager.default.createDirectory(
                atPath: sources, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw job.disk("\(sources): \(FileBytes.systemMessage())")
        }
        return place
    }

    func remove(_ place: String) { try? FileManager.default.removeItem(atPath: place) }

    /// Folders of processes that have ended.
    private func removeLeftovers() {
        for name in FileBytes.names(in: folder) ?? [] {
            guard let owner = name.split(separator: "-").first.flatMap({ pid_t($0) }), owner != getpid(),
                kill(owner, 0) != 0, errno == ESRCH, FileBytes.isFolder("\(folder)/\(name)")
            else { continue }
            remove("\(folder)/\(name)")
        }
    }

    /// Moves a library into the cache.
    func keep(_ job: BuildJob, _ library: String, _ messages: [CompilerMessage]) throws(BuildFailure) -> BuiltLibrary {
        guard case .success(let bytes) = FileBytes.read(library, limit: ELFInspection.sizeLimitBytes) else {
            throw job.disk("\(library) cannot be read")
        }
        let hash = SHA256.hash(data: bytes).hexadecimal
        let record = ([job.key, hash] + messages.map(\.description)).joined(separator: "\n") + "\n"
        let path = "\(folder)/\(job.module).so"
        if case .failure(let failure) = FileBytes.create("\(library).txt", Array(record.utf8), mode: 0o600) {
            throw job.disk("\(library).txt: \(failure)")
        }
        guard rename("\(library).txt", "\(folder)/\(job.module).txt") == 0, rename(library, path) == 0 else {
            throw job.disk("\(path): \(FileBytes.systemMessage())")
        }
        removeOldest()
        return BuiltLibrary(
            path: path, sha256: hash, module: job.module, language: job.sources.language, seconds: 0,
            isFromCache: false,
            messages: messages)
    }

    private func removeOldest() {
        let libraries = (FileBytes.names(in: folder) ?? []).filter { $0.hasSuffix(".so") }
        guard libraries.count > librariesMax else { return }
        let byAge = libraries.map { name -> (time: Int, name: String) in
            var status = stat()
            return (stat("\(folder)/\(name)", &status) == 0 ? status.st_mtim.tv_sec : 0, name)
        }.sorted { ($0.time, $0.name) < ($1.time, $1.name) }
        for (_, name) in byAge.prefix(libraries.count - librariesMax) {
            unlink("\(folder)/\(name)")
            unlink("\(folder)/\(name.dropLast(3)).txt")
        }
    }
}
