import Dispatch
import Journal
import Trading

/// Moves rows of the audit log that are older than so many days into files beside the database: at the start and once an hour.
final class AuditRotation {
    private let timer: any DispatchSourceTimer
    private let queue = DispatchQueue(label: "stratagem.audit-rotation", qos: .utility)

    /// nil = all of it stays in the database. `report` is told what went wrong, with what to do; the next hour tries again.
    init?(_ path: String, days: Int, report: @escaping @Sendable (String) -> Void) {
        guard days > 0 else { return nil }
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .seconds(3600), leeway: .seconds(60))
        timer.setEventHandler {
            do throws(JournalError) {
                _ = try AuditRotation.rotate(path, days: days, at: Timestamp(nanoseconds: WallClock.now))
            } catch {
                report("old rows of the audit log stay in the database: \(error.message); see `stratagem audit rotate`")
            }
        }
        timer.activate()
    }

    @discardableResult
    static func rotate(_ path: String, days: Int, at time: Timestamp) throws(JournalError) -> Int {
        try Journal.rotateAudit(path: path, before: time + -Int64(days) * 86_400 * Timestamp.nanosecondsPerSecond).rows
    }

    /// Comes back when nothing is moved any more.
    func stop() {
        timer.cancel()
        queue.sync {}
    }
}
