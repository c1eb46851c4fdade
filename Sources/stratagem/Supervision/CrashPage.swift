import CProcess
import Engine
import Glibc

/// "Now calling": a page in the data folder that outlives the host. The engine writes into it which strategy it calls, the
/// next host reads there who has ended the one before. Host and supervisor both have it mapped; nobody else writes it.
final class CrashPage: @unchecked Sendable {
    let page: UnsafeMutablePointer<crash_page_t>

    private static let bytes = 4096

    static func path(in dataFolder: String) -> String { dataFolder + "/now-calling.page" }

    /// nil = there is none or it cannot be used, with `errno` set. A file of another form begins anew.
    init?(path: String, makesFile: Bool) {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (makesFile ? O_CREAT : 0)
        let file = open(path, flags, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        if status.st_size != CrashPage.bytes {
            guard makesFile, ftruncate(file, 0) == 0, ftruncate(file, off_t(CrashPage.bytes)) == 0 else { return nil }
        }
        guard let memory = mmap(nil, CrashPage.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
            memory != UnsafeMutableRawPointer(bitPattern: -1)
        else { return nil }
        page = memory.bindMemory(to: crash_page_t.self, capacity: 1)
        guard page.pointee.magic != UInt64(CRASH_PAGE_MAGIC) else { return }
        page.pointee = crash_page_t()
        page.pointee.magic = UInt64(CRASH_PAGE_MAGIC)
    }

    deinit { munmap(page, CrashPage.bytes) }

    /// Where the engine writes what it calls.
    var engineMark: UnsafeMutablePointer<UInt64> {
        UnsafeMutableRawPointer(crash_page_lane(page, 0)).assumingMemoryBound(to: UInt64.self)
    }

    /// What the host before has left. The page stays as it is until `begin`.
    var report: CrashReport {
        let left = page.pointee
        var report = CrashReport()
        report.engineCall = crash_page_call(page)
        if left.hung_call != 0 {
            report.hang = CrashReport.Hang(call: left.hung_call, milliseconds: Int(clamping: left.hung_milliseconds))
        }
        let lane = left.crash_lane
        if left.crash_kind != Int32(CRASH_PAGE_NOTHING), (0..<Int32(CRASH_PAGE_LANES)).contains(lane) {
            report.crash = CrashReport.Crash(
                isExit: left.crash_kind == Int32(CRASH_PAGE_EXIT), value: left.crash_value,
                strategy: lane == 0 ? nil : CrashPage.name(crash_page_lane(page, lane)))
        }
        switch left.end_kind {
        case Int32(CRASH_PAGE_END_EXIT): report.end = .exited(left.end_value)
        case Int32(CRASH_PAGE_END_SIGNAL): report.end = .signal(left.end_value)
        default: report.end = nil
        }
        return report
    }

    /// Up to the first NUL; a page that somebody else has written may have none.
    private static func name(_ lane: UnsafeMutablePointer<crash_lane_t>) -> String {
        withUnsafeBytes(of: &lane.pointee.strategy) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// A host begins: what was before is forgotten, and fatal signals are kept from now on. Once a process, which keeps the
    /// page to its end: its threads write there. Who sets SWIFT_BACKTRACE wants backtraces of strategies as well.
    func begin() {
        _ = Unmanaged.passRetained(self)
        page.pointee = crash_page_t()
        page.pointee.magic = UInt64(CRASH_PAGE_MAGIC)
        crash_page_watch(page, getenv("SWIFT_BACKTRACE") == nil ? 0 : 1)
    }

    /// The watchdog's last word before it ends the host.
    func keep(_ hang: CrashReport.Hang) {
        page.pointee.hung_milliseconds = UInt64(hang.milliseconds)
        page.pointee.hung_call = hang.call
    }

    /// The supervisor's: how the host has ended.
    func keep(_ end: ChildProcess.End, wasAsked: Bool) {
        switch end {
        case .exited(let code):
            page.pointee.end_kind = Int32(CRASH_PAGE_END_EXIT)
            page.pointee.end_value = code
        case .signal(let number):
            page.pointee.end_kind = Int32(CRASH_PAGE_END_SIGNAL)
            page.pointee.end_value = number
        }
        if wasAsked { page.pointee.end_kind = Int32(CRASH_PAGE_END_ASKED) }
    }

    /// A strategy's code runs while `body` does, outside the event path: it is made, saved, restored or taken down.
    static func during<Value>(_ strategy: String, _ body: () throws -> Value) rethrows -> Value {
        let lane = crash_page_begin(strategy)
        defer { crash_page_end(lane) }
        return try body()
    }
}

/// What a page says about the end of the host that wrote it.
struct CrashReport: Sendable, Equatable {
    struct Hang: Sendable, Equatable {
        /// What the engine had written.
        var call: UInt64
        var milliseconds: Int
    }

    /// A signal or an exit from within a call.
    struct Crash: Sendable, Equatable {
        var isExit: Bool
        var value: Int32
        /// nil = the one that the engine was calling.
        var strategy: String?
    }

    /// Who ended the host, and how.
    struct Verdict: Sendable, Equatable {
        var strategy: String
        var end: FaultCause.HostEnd
    }

    /// What the engine was calling; 0 = nothing.
    var engineCall: UInt64 = 0
    var hang: Hang?
    var crash: Crash?
    /// As the supervisor saw it; nil = it did not, or the host was asked to end.
    var end: ChildProcess.End?

    /// `names` are the strategies by slot. nil = nobody is to blame: the host ended in order, by its own fault, or by a
    /// signal from outside – `kill -9` and the system's shortage of memory leave no trace within the process.
    func verdict(names: [String]) -> Verdict? {
        if let hang {
            return named(hang.call, names).map { Verdict(strategy: $0, end: .hung(milliseconds: hang.milliseconds)) }
        }
        if let crash {
            let end: FaultCause.HostEnd = crash.isExit ? .exit(code: crash.value) : .signal(crash.value)
            return (crash.strategy ?? named(engineCall, names)).map { Verdict(strategy: $0, end: end) }
        }
        // `_exit` passes by everything within the process; the host itself never ends while it waits for a strategy.
        guard case .exited(let code) = end else { return nil }
        return named(engineCall, names).map { Verdict(strategy: $0, end: .exit(code: code)) }
    }

    private func named(_ call: UInt64, _ names: [String]) -> String? {
        guard let slot = CallMark.slot(call), names.indices.contains(slot) else { return nil }
        return names[slot]
    }
}
