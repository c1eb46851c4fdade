import Glibc
import Journal
import Synchronization
import Testing
import Trading

@testable import stratagem

extension HostSuites {
    @Suite("Retention of the audit log")
    struct AuditRotationTests {
        private let folder = HostFolder()

        @Test(
            "rows older than the days that are kept move into files while the host goes on, and the chain stays whole")
        func retention() throws {
            let life = try folder.live()
            life.run(seconds: 3)
            _ = try life.place(HostLife.marketBuy("0.03"))
            life.commit()
            let path = life.journal.path
            let now = Timestamp(nanoseconds: WallClock.now)
            #expect(try AuditRotation.rotate(path, days: 1, at: now) == 0)
            let tomorrow = now + 86_400 * 2 * Timestamp.nanosecondsPerSecond
            #expect(try AuditRotation.rotate(path, days: 1, at: tomorrow) > 0)
            _ = try life.place(HostLife.marketBuy("0.01"))
            life.commit()
            let result = try Journal.verifyAudit(path: path)
            #expect(result.isWhole && result.segments == 1)
        }

        @Test("runs at the start of a host, ends with it, and says what stands in its way")
        func service() throws {
            #expect(AuditRotation("/nowhere/journal.sqlite", days: 0) { _ in } == nil)
            let told = Told()
            let rotation = try #require(AuditRotation(folder.path + "/none/journal.sqlite", days: 1) { told.take($0) })
            for _ in 0..<2_000 where told.texts.isEmpty { usleep(5_000) }
            rotation.stop()
            #expect(told.texts.first?.contains("stratagem audit rotate") == true)
        }
    }
}

private final class Told: Sendable {
    private let lines = Mutex<[String]>([])
    var texts: [String] { lines.withLock { $0 } }
    func take(_ text: String) { lines.withLock { $0.append(text) } }
}
