internal import Glibc

/// The watching itself. All of it happens on the watch's thread.
final class WatchLoop {
    /// A folder in which something has happened.
    private struct Unsettled {
        var first: Int64
        var last: Int64
        /// Files that were written to and not closed yet.
        var beingWritten: Set<String> = []
    }

    private let path: String
    private let timing: FolderWatch.Timing
    private let report: (FolderChange) -> Void
    private let tell: (String) -> Void

    private var notices = DirectoryNotices()
    /// As it was reported.
    private var known: FolderScan
    /// By id; empty = host.yaml.
    private var unsettled: [String: Unsettled] = [:]
    /// The watched folders: number by id, and back. Two links may lead to one folder.
    private var numbers: [String: Int32] = [:]
    private var ids: [Int32: [String]] = [:]
    private var rootNumber: Int32?
    private var nextScan: Int64 = 0
    /// Problems that last are told once.
    private var told: Set<String> = []
    private static let toldMax = 1000

    init(
        _ path: String, since scan: FolderScan, timing: FolderWatch.Timing, report: @escaping (FolderChange) -> Void,
        tell: @escaping (String) -> Void
    ) {
        self.path = path
        self.timing = timing
        self.report = report
        self.tell = tell
        known = scan
    }

    /// Comes back when there is something to read in `wakeUp`.
    func run(until wakeUp: Int32) {
        if notices.descriptor < 0 {
            tellOnce("\(path) is looked at every \(scanSeconds) s only: \(FileBytes.systemMessage())")
        }
        while true {
            let now = Self.now
            if now >= nextScan { scan(now) }
            settle(Self.now)
            var waits = [
                pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
                pollfd(fd: notices.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&waits, nfds_t(waits.count), timeout(Self.now))
            if waits[0].revents != 0 { return }
            if waits[1].revents != 0 { for notice in notices.take() { take(notice, Self.now) } }
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Milliseconds until the next thing is due.
    private func timeout(_ now: Int64) -> Int32 {
        let next = unsettled.values.map(due).min().map { min($0, nextScan) } ?? nextScan
        return Int32(clamping: max(0, next - now + 999_999) / 1_000_000)
    }

    private func due(_ folder: Unsettled) -> Int64 {
        let most = folder.first + timing.patienceNanoseconds
        return folder.beingWritten.isEmpty ? min(folder.last + timing.quietNanoseconds, most) : most
    }

    private var scanSeconds: Int64 { timing.scanNanoseconds / 1_000_000_000 }

    private func tellOnce(_ problem: String) {
        if told.count >= WatchLoop.toldMax { told.removeAll() }
        if told.insert(problem).inserted { tell(problem) }
    }

    // MARK: Notices

    private func take(_ notice: DirectoryNotices.Notice, _ now: Int64) {
        if notice.isOverflow {
            nextScan = now
        } else if notice.number == rootNumber {
            takeOfRoot(notice, now)
        } else if let owners = ids[notice.number] {
            for id in owners { take(notice, of: id, now) }
        }
    }

    private func takeOfRoot(_ notice: DirectoryNotices.Notice, _ now: Int64) {
        if notice.isEnd {
            rootNumber = nil
        } else if notice.has(Int32(IN_MOVE_SELF)), let number = rootNumber {
            // The watch would follow the folder to where it is not ours any more.
            notices.forget(number)
        } else if notice.name == "host.yaml" {
            touch("", notice, now)
        } else if !notice.name.isEmpty, !notice.name.hasPrefix(".") {
            let id = notice.name
            let isFolder = FileBytes.isFolder("\(path)/\(id)")
            // Files beside the folders mean nothing.
            guard isFolder || known.folders[id] != nil || numbers[id] != nil else { return }
            if isFolder { follow(id) } else { unfollow(id) }
            touch(id, notice, now)
        }
    }

    private func take(_ notice: DirectoryNotices.Notice, of id: String, _ now: Int64) {
        if notice.isEnd { unfollow(id) }
        guard notice.name.isEmpty || FolderChange.Kinds(file: notice.name, in: id) != nil else { return }
        touch(id, notice, now)
    }

    private func touch(_ id: String, _ notice: DirectoryNotices.Notice?, _ now: Int64) {
        var folder = unsettled[id] ?? Unsettled(first: now, last: now)
        folder.last = now
        if let notice, !notice.name.isEmpty {
            if notice.has(Int32(IN_MODIFY)) {
                folder.beingWritten.insert(notice.name)
            } else if notice.has(Int32(IN_CLOSE_WRITE), Int32(IN_DELETE), Int32(IN_MOVED_FROM), Int32(IN_MOVED_TO)) {
                folder.beingWritten.remove(notice.name)
            }
        }
        unsettled[id] = folder
    }

    // MARK: What has changed

    /// Reports the folders that have come to rest, in the order in which they did.
    private func settle(_ now: Int64) {
        let settled = unsettled.map { (due: due($1), id: $0) }.filter { $0.due <= now }
        for (_, id) in settled.sorted(by: { ($0.due, $0.id) < ($1.due, $1.id) }) {
            unsettled[id] = nil
            id.isEmpty ? settleHost() : settle(id)
        }
    }

    private func settleHost() {
        let stamp = FolderScan.hostStamp(in: path)
        guard stamp != known.host, FileBytes.isFolder(path) else { return }
        known.host = stamp
        report(FolderChange(id: "", kinds: .host))
    }

    private func settle(_ id: String) {
        let old = known.folders[id]
        switch FolderScan.contents(of: id, in: path) {
        case .files(let files):
            guard old != nil || known.folders.count < FolderScan.foldersMax else { return tellTooMany() }
            known.folders[id] = files
            follow(id)
        case .gone:
            guard FileBytes.isFolder(path) else { return }
            known.folders[id] = nil
            unfollow(id)
        case .unreadable:
            return tellOnce("\(path)/\(id) cannot be read; what it held goes on")
        }
        let kinds = FolderScan.kinds(of: id, from: old, to: known.folders[id])
        if !kinds.isEmpty { report(FolderChange(id: id, kinds: kinds)) }
    }

    /// Looks at everything, and renews the watches: a link may lead elsewhere by now.
    private func scan(_ now: Int64) {
        nextScan = now + timing.scanNanoseconds
        let root = notices.watch(path)
        guard let scan = FolderScan(path) else {
            return tellOnce("\(path) cannot be read; what it held goes on until it can")
        }
        told.remove("\(path) cannot be read; what it held goes on until it can")
        if scan.skippedCount > 0 { tellTooMany() }
        if let rootNumber, rootNumber != root { notices.forget(rootNumber) }
        rootNumber = root
        for id in numbers.keys.filter({ scan.folders[$0] == nil }) { unfollow(id) }
        for id in scan.folders.keys.sorted() { follow(id) }
        for change in scan.changes(since: known) where unsettled[change.id] == nil { touch(change.id, nil, now) }
    }

    private func tellTooMany() {
        tellOnce("\(path) holds more than \(FolderScan.foldersMax) folders; the rest is not looked at")
    }

    // MARK: Watches

    private func follow(_ id: String) {
        guard let number = notices.watch("\(path)/\(id)") else {
            if errno == ENOSPC {
                tellOnce(
                    "\(path)/\(id) is looked at every \(scanSeconds) s only: the system's watches are used up; raise fs.inotify.max_user_watches"
                )
            }
            return unfollow(id)
        }
        // A link to the strategies folder itself is no folder of a strategy.
        guard numbers[id] != number, number != rootNumber else { return }
        unfollow(id)
        numbers[id] = number
        ids[number, default: []].append(id)
    }

    private func unfollow(_ id: String) {
        guard let number = numbers.removeValue(forKey: id) else { return }
        ids[number]?.removeAll { $0 == id }
        guard ids[number]?.isEmpty == true else { return }
        ids[number] = nil
        notices.forget(number)
    }
}
