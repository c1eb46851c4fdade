import Dispatch
import Foundation
import Testing
import Trading

@testable import Journal

/// A process that ends without any chance to tidy up: SIGKILL in the middle of writing.
@Suite("kill -9")
struct CrashTests {
    @Test("everything that was acknowledged is there afterwards, once", arguments: [3, 40, 150])
    func killed(milliseconds: Int) async throws {
        let folder = TemporaryFolder()
        let acknowledged = folder.path + "/acknowledged"
        var best = 0
        // The same file again and again: what one run left is what the next one goes on with.
        for _ in 0..<3 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.journal as String, acknowledged = acknowledged as String,
                    milliseconds = milliseconds as Int
                ] in
                try writeUntilKilled(path: path, acknowledged: acknowledged, milliseconds: milliseconds)
            }
            best = try verify(folder, acknowledged, atLeast: best)
        }
        #expect(best > 0)
    }

    /// The last acknowledged fact of all runs.
    private func verify(_ folder: TemporaryFolder, _ acknowledged: String, atLeast best: Int) throws -> Int {
        let words = try Data(contentsOf: URL(fileURLWithPath: acknowledged)).split(separator: UInt8(ascii: "\n"))
        let last = words.last.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        let journal = try Journal.open(path: folder.journal)
        // Contiguous from 1, verified by the checksums; a double would be a conflict.
        let recovery = try journal.recovery()
        #expect(recovery.facts.count == Int(recovery.lastSequence))
        #expect(Int(recovery.lastSequence) >= last)
        #expect(last >= best)
        #expect(try journal.check().isEmpty)
        let orders = try journal.orders(OrderFilter(page: HistoryPage(limit: 1_000_000)))
        #expect(Set(orders.map(\.order.id)).count == orders.count)
        let accepted = recovery.facts.count { if case .orderAccepted = $0 { true } else { false } }
        #expect(orders.count == accepted)
        try journal.close()
        return last
    }
}

/// Appends as fast as the journal takes it and writes down each acknowledged fact's number, until the end so many
/// milliseconds after the first acknowledgement.
func writeUntilKilled(path: String, acknowledged: String, milliseconds: Int) throws {
    let journal = try Journal.open(path: path)
    let descriptor = open(acknowledged, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var facts = SampleFacts(after: try journal.recovery())
    let isAcknowledged = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        isAcknowledged.wait()
        usleep(UInt32(milliseconds) * 1000)
        kill(getpid(), SIGKILL)
    }
    while true {
        let batch = facts.batch(5)
        let last = Int(journal.lastSequence) + batch.events.count
        journal.append(batch) { result in
            guard case .success = result else { return }
            var line = Array("\(last)\n".utf8)
            write(descriptor, &line, line.count)
            isAcknowledged.signal()
        }
        while journal.load > 0.01 { usleep(100) }
    }
}
