import Foundation
import Testing

@testable import stratagem

/// What is answered while the journal does not work, and has to outlive a crash of that time.
@Suite("Unsaved answers")
struct UnsavedLogTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/stratagem-unsaved-\(UUID().uuidString)"
        var journal: String { path + "/journal.sqlite" }
        var file: URL { URL(filePath: UnsavedLog.path(besides: journal)) }

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder: Folder

    init() throws { folder = try Folder() }

    private static let entries: [UnsavedLog.Entry] = [
        .stop(
            UnsavedLog.Stop(
                number: 7, scope: "instrument", target: "BTC_USDT", mode: "flatten", reason: "disk\nfull – „now“",
                triggeredBy: "me", user: "admin", channel: "rest", time: 5)),
        .disable(strategy: "sma_cross", time: 1_795_273_347_881_603_680), .cancel(order: .max),
    ]

    @Test("a host after a crash finds all of it, in order, and the room was there before")
    func outlivesACrash() throws {
        do {
            let log = UnsavedLog(besides: folder.journal)
            #expect(log.left.isEmpty && !log.isDamaged && log.mark == nil)
            let size = try Data(contentsOf: folder.file).count
            for entry in Self.entries { #expect(log.append(entry)) }
            #expect(try Data(contentsOf: folder.file).count == size)
        }
        for _ in 1...2 {
            let next = UnsavedLog(besides: folder.journal)
            #expect(next.left == Self.entries && !next.isDamaged && next.mark != nil)
        }
    }

    @Test("what the journal has is forgotten, what came in since is not")
    func clears() throws {
        let log = UnsavedLog(besides: folder.journal)
        log.append(Self.entries[0])
        let early = try #require(log.mark)
        log.append(Self.entries[1])
        log.clear(upTo: early)
        #expect(UnsavedLog(besides: folder.journal).left == Array(Self.entries[0...1]))
        log.clear(upTo: try #require(log.mark))
        #expect(log.mark == nil && UnsavedLog(besides: folder.journal).left.isEmpty)
        // A shorter entry over the remains of longer ones; an old mark says nothing about it.
        log.append(Self.entries[2])
        log.clear(upTo: early)
        let last = UnsavedLog(besides: folder.journal)
        #expect(last.left == [Self.entries[2]] && !last.isDamaged)
    }

    @Test("a changed byte and a torn end are noticed, and the rest is read", arguments: [20, 60, -1])
    func noticesDamage(_ place: Int) throws {
        var size = 0
        do {
            let log = UnsavedLog(besides: folder.journal)
            for entry in Self.entries { log.append(entry) }
            size = try Data(contentsOf: folder.file).prefix { $0 != 0 }.count
        }
        var bytes = try Data(contentsOf: folder.file)
        if place < 0 { bytes[size - 1] = 0 } else { bytes[place] ^= 1 }
        try bytes.write(to: folder.file)
        let next = UnsavedLog(besides: folder.journal)
        #expect(next.isDamaged)
        #expect(next.left == (place < 0 ? Self.entries : Array(Self.entries[1...])))
    }

    @Test("takes no more than its room, and says so")
    func isBounded() throws {
        let log = UnsavedLog(besides: folder.journal)
        let size = try Data(contentsOf: folder.file).count
        var taken = 0
        while log.append(Self.entries[0]) { taken += 1 }
        #expect(taken > 500)
        #expect(try Data(contentsOf: folder.file).count == size)
        #expect(UnsavedLog(besides: folder.journal).left.count == taken)
    }
}
