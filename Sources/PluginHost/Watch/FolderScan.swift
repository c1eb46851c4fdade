internal import Glibc

/// What the strategies folder held at one moment, as far as a host cares: the files of each strategy's folder with the marks
/// by which a new content is told from the old. Links are followed.
///
///     let before = FolderScan("strategies")
///     …
///     for change in FolderScan("strategies").changes(since: before) { … }
public struct FolderScan: Sendable, Equatable {
    /// One of these differs whenever a file was written anew, by whatever way.
    struct Stamp: Sendable, Equatable {
        var modifiedNanoseconds: Int64
        var sizeBytes: Int64
        var inode: UInt64
        var device: UInt64
    }

    /// What is in one folder.
    enum Contents: Equatable {
        case files([String: Stamp])
        /// There is no such folder.
        case gone
        /// It is there, and could not be looked into: nothing is known of it.
        case unreadable
    }

    /// By id, then by the file's name; files that mean nothing to a host are left out.
    var folders: [String: [String: Stamp]] = [:]
    /// host.yaml; nil = there is none.
    var host: Stamp?
    /// Folders that were left out, because there are too many.
    private(set) var skippedCount = 0

    /// More folders, and more files in one, are not looked at.
    public static let foldersMax = 512
    static let filesMax = 1000

    init() {}

    /// nil when the folder cannot be read.
    public init?(_ path: String) {
        guard let ids = Self.ids(in: path) else { return nil }
        skippedCount = max(0, ids.count - Self.foldersMax)
        for id in ids.prefix(Self.foldersMax) {
            if case .files(let files) = Self.contents(of: id, in: path) { folders[id] = files }
        }
        host = Self.hostStamp(in: path)
    }

    /// Sorted by id, host.yaml first.
    public func changes(since old: FolderScan) -> [FolderChange] {
        var changes: [FolderChange] = []
        if host != old.host { changes.append(FolderChange(id: "", kinds: .host)) }
        for id in Set(folders.keys).union(old.folders.keys).sorted() {
            let kinds = Self.kinds(of: id, from: old.folders[id], to: folders[id])
            if !kinds.isEmpty { changes.append(FolderChange(id: id, kinds: kinds)) }
        }
        return changes
    }

    /// What has become of one folder; nil = it is not there.
    static func kinds(of id: String, from old: [String: Stamp]?, to new: [String: Stamp]?) -> FolderChange.Kinds {
        guard let new else { return old == nil ? [] : .removed }
        var kinds: FolderChange.Kinds = old == nil ? .added : []
        let old = old ?? [:]
        for name in Set(new.keys).union(old.keys) where new[name] != old[name] {
            if let kind = FolderChange.Kinds(file: name, in: id) { kinds.insert(kind) }
        }
        return kinds
    }

    // MARK: Looking

    /// The names of all folders that are not hidden, sorted; nil when the folder cannot be read.
    static func ids(in path: String) -> [String]? {
        FileBytes.names(in: path)?.filter { !$0.hasPrefix(".") && FileBytes.isFolder("\(path)/\($0)") }
    }

    static func contents(of id: String, in path: String) -> Contents {
        let folder = "\(path)/\(id)"
        guard let names = FileBytes.names(in: folder) else {
            return [ENOENT, ENOTDIR, ELOOP].contains(errno) ? .gone : .unreadable
        }
        var files: [String: Stamp] = [:]
        for name in names.lazy.filter({ FolderChange.Kinds(file: $0, in: id) != nil }).prefix(filesMax) {
            files[name] = stamp("\(folder)/\(name)")
        }
        return .files(files)
    }

    static func hostStamp(in path: String) -> Stamp? { stamp("\(path)/host.yaml") }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let modified = status.st_mtim
        return Stamp(
            modifiedNanoseconds: Int64(modified.tv_sec) &* 1_000_000_000 &+ Int64(modified.tv_nsec),
            sizeBytes: Int64(status.st_size), inode: UInt64(status.st_ino), device: UInt64(status.st_dev))
    }
}
