import CProcess
import Engine
import Foundation
import Testing

@testable import stratagem

/// The page as the next host and the supervisor read it; `Tests/Faults` tries it with hosts that really end so.
@Suite("Crash page")
struct CrashPageTests {
    private let folder = HostFolder()
    private var path: String { folder.path + "/now-calling.page" }
    private static let names = ["alpha", "beta", "manual"]

    /// The mark that the engine writes for its call number `number` of a slot.
    private static func mark(_ slot: UInt64, number: UInt64 = 7) -> UInt64 { number << CallMark.slotBits | (slot + 1) }

    @Test("what one process writes another reads")
    func shared() throws {
        let host = try #require(CrashPage(path: path, makesFile: true))
        host.engineMark.pointee = Self.mark(1)
        let supervisor = try #require(CrashPage(path: path, makesFile: false))
        supervisor.keep(.signal(11), wasAsked: false)
        let report = host.report
        #expect(report.end == .signal(11) && CallMark.slot(report.engineCall) == 1)
        supervisor.keep(.exited(0), wasAsked: true)
        #expect(host.report.end == nil, "an end that was asked for says nothing about anybody")
    }

    @Test("there is no page where nobody has made one, and what is no page begins anew")
    func damaged() throws {
        #expect(CrashPage(path: path, makesFile: false) == nil)
        for bytes in [[], Array(repeating: UInt8(0xff), count: 4096), Array(repeating: 0xff, count: 99)] {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let page = try #require(CrashPage(path: path, makesFile: true))
            #expect(page.report == CrashReport())
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/other")
        #expect(CrashPage(path: path, makesFile: true) == nil, "a link is not followed")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(CrashPage(path: path, makesFile: true) == nil)
    }

    @Test("a page with any content is read without harm")
    func anyContent() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var bytes = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
            withUnsafeBytes(of: UInt64(CRASH_PAGE_MAGIC)) { bytes.replaceSubrange(0..<8, with: $0) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let page = try #require(CrashPage(path: path, makesFile: true))
            _ = page.report.verdict(names: Self.names)
        }
    }

    @Test("a signal of the engine's thread within a call accuses the strategy that was called")
    func signal() throws {
        let page = try #require(CrashPage(path: path, makesFile: true))
        page.engineMark.pointee = Self.mark(1)
        page.page.pointee.crash_kind = Int32(CRASH_PAGE_SIGNAL)
        page.page.pointee.crash_value = 11
        page.keep(.signal(11), wasAsked: false)
        #expect(page.report.verdict(names: Self.names) == CrashReport.Verdict(strategy: "beta", end: .signal(11)))
    }

    @Test("beside the engine the lane says who it was")
    func lane() throws {
        let page = try #require(CrashPage(path: path, makesFile: true))
        let lane = crash_page_lane(page.page, 3)!
        withUnsafeMutableBytes(of: &lane.pointee.strategy) { $0.copyBytes(from: "newcomer".utf8) }
        page.page.pointee.crash_kind = Int32(CRASH_PAGE_EXIT)
        page.page.pointee.crash_value = 3
        page.page.pointee.crash_lane = 3
        // The engine was calling another one at that moment.
        page.engineMark.pointee = Self.mark(0)
        #expect(
            page.report.verdict(names: Self.names) == CrashReport.Verdict(strategy: "newcomer", end: .exit(code: 3)))
        page.page.pointee.crash_lane = 999
        #expect(page.report.crash == nil)
    }

    @Test("a call that did not come back accuses, whatever the engine calls since")
    func hang() {
        var report = CrashReport(engineCall: Self.mark(0), hang: .init(call: Self.mark(1), milliseconds: 250))
        report.end = .exited(70)
        #expect(
            report.verdict(names: Self.names) == CrashReport.Verdict(strategy: "beta", end: .hung(milliseconds: 250)))
    }

    @Test("an exit past everything is noticed by the supervisor alone")
    func silentExit() {
        let report = CrashReport(engineCall: Self.mark(1), end: .exited(0))
        #expect(report.verdict(names: Self.names) == CrashReport.Verdict(strategy: "beta", end: .exit(code: 0)))
    }

    @Test(
        "nobody is accused of a kill from outside, of an end in order, or of a crash of the host itself",
        arguments: [
            CrashReport(engineCall: mark(1), end: .signal(9)), CrashReport(engineCall: mark(1)),
            CrashReport(engineCall: 0, end: .signal(11)), CrashReport(engineCall: 0, end: .exited(70)),
            // A call whose code does not run in the host, and a slot that nobody has.
            CrashReport(engineCall: 5 << 20, end: .exited(0)), CrashReport(engineCall: mark(9), end: .exited(0)),
        ])
    func nobody(_ report: CrashReport) {
        #expect(report.verdict(names: Self.names) == nil)
    }
}
