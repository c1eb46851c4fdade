import API
import Engine
import Testing
import Trading

@testable import stratagem

@Suite("Call watch")
struct CallWatchTests {
    private static let millisecond: Int64 = 1_000_000
    private static let budgets = CallWatch.Budgets(
        softNanoseconds: millisecond, hardNanoseconds: 250 * millisecond)

    private static func mark(_ slot: UInt64, _ number: UInt64) -> UInt64 { number << CallMark.slotBits | (slot + 1) }

    /// Looks at these marks, as long after each other as the watch asks for.
    private static func looks(_ marks: [UInt64], _ budgets: CallWatch.Budgets = budgets) -> [CallWatch.Finding] {
        var watch = CallWatch(budgets)
        return marks.compactMap { watch.look($0, elapsedNanoseconds: watch.pauseNanoseconds) }
    }

    @Test("calls that come and go are fine, however many")
    func busy() {
        #expect(Self.looks((0..<10_000).map { Self.mark(0, $0) }).isEmpty)
        #expect(Self.looks((0..<10_000).map { $0 % 2 == 0 ? Self.mark(0, 7) : 0 }).isEmpty)
    }

    @Test("a call that is seen for longer than the soft budget is slow, once")
    func slow() {
        let looks = Self.looks([0, Self.mark(2, 7), Self.mark(2, 7), Self.mark(2, 7), Self.mark(2, 8), 0])
        #expect(looks == [.slow(slot: 2, nanoseconds: Self.millisecond)])
    }

    @Test("a call that does not end is slow, then hung, at the hard budget and not before")
    func hung() {
        var watch = CallWatch(Self.budgets)
        var waited: Int64 = 0
        var findings: [CallWatch.Finding] = []
        _ = watch.look(Self.mark(1, 3), elapsedNanoseconds: 0)
        while findings.count < 2, waited < 1000 * Self.millisecond {
            let pause = watch.pauseNanoseconds
            waited += pause
            if let finding = watch.look(Self.mark(1, 3), elapsedNanoseconds: pause) { findings.append(finding) }
        }
        #expect(findings.first == .slow(slot: 1, nanoseconds: Self.millisecond))
        #expect(findings.last == .hung(slot: 1, call: Self.mark(1, 3), nanoseconds: 250 * Self.millisecond))
        #expect(waited == 250 * Self.millisecond)
    }

    @Test("a process that was stopped for an hour does not hang")
    func suspended() {
        var watch = CallWatch(Self.budgets)
        _ = watch.look(Self.mark(0, 1), elapsedNanoseconds: 0)
        let finding = watch.look(Self.mark(0, 1), elapsedNanoseconds: 3_600_000 * Self.millisecond)
        guard case .slow(0, let nanoseconds) = finding else {
            return #expect(Bool(false), "\(String(describing: finding))")
        }
        #expect(nanoseconds <= 2 * Self.millisecond)
    }

    @Test("calls whose code runs elsewhere are none of its business")
    func elsewhere() {
        #expect(Self.looks(Array(repeating: 9 << CallMark.slotBits, count: 5000)).isEmpty)
    }

    @Test("it never looks without a pause, and rests while nobody is called")
    func pauses() {
        for soft: Int64 in [1, 1000, 60_000_000] {
            let budgets = CallWatch.Budgets(softNanoseconds: soft * 1000, hardNanoseconds: 60_000 * Self.millisecond)
            var watch = CallWatch(budgets)
            #expect(watch.pauseNanoseconds == 5 * Self.millisecond)
            for _ in 0..<3 {
                _ = watch.look(Self.mark(0, 1), elapsedNanoseconds: watch.pauseNanoseconds)
                #expect(watch.pauseNanoseconds >= Self.millisecond / 2)
            }
        }
        let tight = CallWatch(CallWatch.Budgets(softNanoseconds: Self.millisecond, hardNanoseconds: Self.millisecond))
        #expect(tight.pauseNanoseconds == Self.millisecond / 2)
    }

    @Test("one turn of sixteen is timed, and the sixteen after one that took long")
    func timingPlan() {
        var plan = TimingPlan()
        func turns(_ count: Int, nanoseconds: Int64 = 1000, events: Int = 10) -> Int {
            (0..<count).count { _ in
                let isTimed = plan.begin()
                plan.end(nanoseconds: nanoseconds, events: events, softNanoseconds: Self.millisecond)
                return isTimed
            }
        }
        #expect(turns(160) == 10)
        #expect(turns(160, nanoseconds: 100 * Self.millisecond, events: 100_000) == 10, "many events take their time")
        _ = turns(1, nanoseconds: 2 * Self.millisecond)
        #expect(turns(16) == 16)
        #expect(turns(160) == 10)
    }
}

extension HostSuites {
    @Suite("Stopwatch")
    struct StopwatchTests {
        private let folder = HostFolder()

        @Test("times calls without changing anything that a strategy does")
        func unchanged() throws {
            folder.addCross("alpha")
            folder.addCross("beta", instrument: "ETH_USDT")
            let mark = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
            mark.initialize(to: 0)
            defer { mark.deallocate() }
            let life = try folder.live()
            life.run(seconds: 40)
            let runtime = life.core.runtime(0)
            #expect(runtime.calls > 30 && runtime.timedCalls > 0 && runtime.timedCalls < runtime.calls)
            #expect(runtime.callNanoseconds50 > 0 && runtime.callNanoseconds50 <= runtime.callNanoseconds99)
            #expect(runtime.callNanoseconds99 <= runtime.callNanosecondsMax)
            life.core.engine.markCalls(at: mark)
            life.run(seconds: 5)
            #expect(mark.pointee == 0)
            // Another clock times other turns; what the strategies do is the same.
            let other = HostFolder()
            other.addCross("alpha")
            other.addCross("beta", instrument: "ETH_USDT")
            let second = try other.live()
            for _ in 0..<7 { _ = second.core.timing.begin() }
            second.run(seconds: 45)
            #expect(Books(second.core) == Books(life.core))
        }

        @Test("a slow call makes its strategy degraded; ten quiet seconds later it runs again")
        func slowCall() throws {
            folder.addCross("alpha")
            let life = try folder.live()
            life.core.noteSlowCall(0, nanoseconds: 12_345_678)
            #expect(life.core.strategyView(0).state == .degraded && life.core.strategyView(0).isEnabled)
            #expect(
                life.core.strategyView(0).problem?.hasPrefix("a call took 12.3 ms, more than the 1.0 ms of") == true)
            // A turn of this test is a second.
            for _ in 0..<5 { life.settle() }
            life.core.noteSlowCall(0, nanoseconds: 2_000_000)
            for _ in 0..<9 { life.settle() }
            #expect(life.core.strategyView(0).state == .degraded)
            life.settle()
            #expect(life.core.strategyView(0).state == .running && life.core.strategyView(0).problem == nil)
            #expect(life.core.runtime(0).slowCalls == 2)
            life.core.noteSlowCall(99, nanoseconds: 1)
        }
    }
}
