import CProcess
import Glibc

/// Binds a supervised host to its supervisor: when that ends, however it ends, the host is asked to stop.
enum ParentTie {
    /// Call it first thing, in the main thread. `supervisor` is the process that started this one.
    static func bind(to supervisor: pid_t) {
        let failure = process_signal_at_parents_end(SIGTERM)
        if failure != 0 {
            Console.error(
                "warning: the host would outlive its supervisor: \(String(cString: strerror(failure))) – process "
                    + "\(supervisor) – stop both by hand")
        }
        // It may have ended before the line above: then no signal would ever come.
        if getppid() != supervisor { kill(getpid(), SIGTERM) }
    }
}
