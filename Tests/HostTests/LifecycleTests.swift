import Journal
import Testing
import Trading

@testable import stratagem

@Suite("A strategy's life")
struct LifecycleTests {
    private static let policy = FaultPolicy(restartsMax: 3, windowSeconds: 60)

    private static func second(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * 1_000_000_000) }

    private static func running() -> Lifecycle {
        var life = Lifecycle()
        _ = life.enable("by a person", at: second(0))
        return life
    }

    /// Faults at these seconds, started again after each that allows it; what was decided.
    private static func decisions(_ seconds: [Int64], _ policy: FaultPolicy = policy) -> [Lifecycle.Decision?] {
        var life = running()
        return seconds.map { at in
            let decision = life.fault(.brokenContract(.badTimer), at: second(at), policy)?.1
            _ = life.restarted(isEnabled: true, "again", at: second(at))
            return decision
        }
    }

    @Test("it is switched on and off, and a move that changes nothing is none")
    func switching() {
        var life = Lifecycle()
        #expect(life.disable("off", at: Self.second(0)) == nil)
        let move = life.enable("by ann", at: Self.second(1))
        #expect(move?.from == .disabled && move?.to == .running && move?.text == "by ann")
        #expect(
            life.enable("by bob", at: Self.second(2)) == nil && life.text == "by ann" && life.since == Self.second(1))
        #expect(life.pause("the host stops", at: Self.second(3))?.to == .paused)
        #expect(life.pause("the host stops", at: Self.second(3)) == nil)
        #expect(life.enable("the host starts", at: Self.second(4))?.from == .paused)
        #expect(life.disable("by ann", at: Self.second(5))?.to == .disabled)
    }

    @Test("restarts come at once, then after waits that double; memory is trusted twice; then it is quarantined")
    func restarts() {
        let policy = FaultPolicy(restartsMax: 8, windowSeconds: 60)
        let decisions = Self.decisions([1, 2, 3, 4, 5, 6, 7, 8, 9], policy)
        let waits: [Int64] = [0, 100, 200, 400, 800, 1600, 3200, 5000]
        for (place, wait) in waits.enumerated() {
            #expect(
                decisions[place] == .restart(afterNanoseconds: wait * 1_000_000, withMemory: place < 2),
                "restart \(place + 1)")
        }
        #expect(decisions[8] == .quarantine)
    }

    @Test("faults older than the window do not count")
    func window() {
        let spread = Self.decisions([0, 30, 60, 90, 120, 150])
        #expect(!spread.contains(.quarantine))
        #expect(Self.decisions([0, 10, 20, 59]).last == .quarantine)
        #expect(Self.decisions([0, 10, 20, 60]).last == .restart(afterNanoseconds: 200_000_000, withMemory: false))
    }

    @Test("where no restart is allowed the first fault quarantines")
    func noRestarts() {
        #expect(Self.decisions([1], FaultPolicy(restartsMax: 0, windowSeconds: 1)) == [.quarantine])
    }

    @Test(
        "who has ended the host, or cannot be made, is quarantined at once",
        arguments: [
            FaultCause.endedHost(.signal(11)), .endedHost(.exit(code: 0)), .endedHost(.hung(milliseconds: 250)),
            .notRestarted("no memory"),
        ])
    func atOnce(_ cause: FaultCause) throws {
        var life = Self.running()
        let answer = life.fault(cause, at: Self.second(1), Self.policy)
        let (move, decision) = try #require(answer)
        #expect(decision == .quarantine && move.to == .quarantined && life.faultCount == 1)
        #expect(life.text == cause.text + "; mend it and reload it" && life.code == cause.code)
    }

    @Test("quarantine ends by loading anew alone")
    func quarantine() {
        var life = Self.running()
        _ = life.fault(.endedHost(.signal(4)), at: Self.second(1), Self.policy)
        let text = life.text
        #expect(life.enable("by ann", at: Self.second(2)) == nil)
        #expect(life.disable("by ann", at: Self.second(2)) == nil)
        #expect(life.restarted(isEnabled: true, "again", at: Self.second(2)) == nil)
        #expect(life.fault(.hung(milliseconds: 9), at: Self.second(3), Self.policy) == nil)
        #expect(life.state == .quarantined && life.text == text && life.faultCount == 1)
        #expect(life.reload(isEnabled: true, "reloaded by ann", at: Self.second(4))?.to == .running)
        #expect(
            life.fault(.brokenContract(.badTimer), at: Self.second(5), Self.policy)?.1
                == .restart(afterNanoseconds: 0, withMemory: true), "the count begins anew")
    }

    @Test("slow is a state of running: it comes and goes, and a fault ends it")
    func degraded() {
        var life = Self.running()
        #expect(life.recover("fast", at: Self.second(1)) == nil)
        #expect(life.slow("12 ms", at: Self.second(1))?.to == .degraded)
        #expect(life.slow("15 ms", at: Self.second(2)) == nil)
        #expect(life.recover("fast", at: Self.second(12))?.to == .running)
        _ = life.slow("12 ms", at: Self.second(13))
        #expect(life.fault(.crashed(signal: 11), at: Self.second(14), Self.policy)?.0.from == .degraded)
        #expect(life.slow("12 ms", at: Self.second(15)) == nil && life.state == .faulted)
    }

    @Test("one that is switched off while it waits for its restart is not switched on by it")
    func switchedOffMeanwhile() {
        var life = Self.running()
        _ = life.fault(.crashed(signal: 11), at: Self.second(1), Self.policy)
        #expect(life.disable("by ann", at: Self.second(1)) == nil && life.state == .faulted)
        #expect(life.restarted(isEnabled: false, "again", at: Self.second(2))?.to == .disabled)
        #expect(life.restartCount == 1)
    }

    @Test("the journal's records make the same life again")
    func fromRecords() {
        func record(_ to: String, fault: Bool, at second: Int64, _ count: UInt64) -> LifecycleRecord {
            LifecycleRecord(
                strategy: 0, from: "running", to: to, code: "c", text: "t", isFault: fault, faultCount: count,
                restartCount: count, time: Self.second(second), eventTime: Self.second(second))
        }
        #expect(Lifecycle([]).isNew && Lifecycle([]).state == .disabled)
        var life = Lifecycle([
            record("faulted", fault: true, at: 1, 1), record("faulted", fault: true, at: 2, 2),
            record("faulted", fault: true, at: 3, 3), record("running", fault: false, at: 4, 3),
        ])
        #expect(life.state == .running && life.faultCount == 3 && life.restartCount == 3 && !life.isNew)
        #expect(life.fault(.crashed(signal: 6), at: Self.second(5), Self.policy)?.1 == .quarantine)
        #expect(Lifecycle([record("meditating", fault: false, at: 1, 0)]).state == .quarantined)
    }

    @Test("signals have names that people know")
    func signalNames() {
        #expect(FaultCause.crashed(signal: 11).text == "it crashed with signal 11 (segmentation fault)")
        #expect(FaultCause.crashed(signal: 4).text.contains("trap of Swift"))
        #expect(FaultCause.endedHost(.signal(6)).text == "it crashed the host with signal 6 (abort)")
        #expect(SignalName.text(63) == "signal 63")
    }
}
