import CStrategyABI
import Glibc
import MarketData
import Trading

/// Records the market of some instruments for a session that collects data. Belongs to the engine's thread, which copies
/// events for the recorder's thread; the recorder is closed beside it.
final class DataCollection {
    let recorder: SessionRecorder
    private let isWanted: [Bool]
    private var wanted = OutputBuffer(capacity: 1 << 10)

    /// Of one recording, and of all in the folder; and what a disk keeps free for the journal.
    static let recordsMax = 10_000_000
    static let folderBytesMax: Int64 = 8 << 30
    static let freeBytesMin: UInt64 = 1 << 30

    init(_ recorder: SessionRecorder, instruments: [Int], of count: Int) {
        self.recorder = recorder
        isWanted = (0..<count).map(instruments.contains)
    }

    static func folder(_ dataPath: String) -> String { DataFolder.recordings(dataPath) }
    static func path(_ dataPath: String, _ id: String) -> String { "\(folder(dataPath))/\(id).rec" }

    func take(_ events: UnsafeBufferPointer<EventRecord>) {
        wanted.removeAll()
        // MORE records carry no instrument of their own: they go with the record before.
        var isTaken = false
        for event in events {
            if event.kind != .more { isTaken = isWanted[Int(event.instrument)] }
            if isTaken { wanted.append(event) }
        }
        recorder.take(wanted.records)
    }

    /// Why it cannot go on; nil = it can.
    func obstacle(in folder: String) -> String? {
        if recorder.counts().records >= DataCollection.recordsMax {
            return "it has \(DataCollection.recordsMax) records, the most that one recording may have"
        }
        return DataCollection.diskObstacle(folder)
    }

    static func diskObstacle(_ folder: String) -> String? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        return free < freeBytesMin ? "the disk has only \(free >> 20) MB left; 1024 MB stay free" : nil
    }

    /// All recordings together are too large for another one.
    static func folderObstacle(_ folder: String) -> String? {
        let bytes = FileSystem.names(in: folder).reduce(Int64(0)) { sum, name in
            sum + (FileSystem.bytes(of: "\(folder)/\(name)") ?? 0)
        }
        guard bytes > folderBytesMax else { return diskObstacle(folder) }
        return "recordings have \(bytes >> 20) MB, more than \(folderBytesMax >> 20) MB: remove old files of \(folder)"
    }
}
