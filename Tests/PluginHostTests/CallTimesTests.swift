import Testing

@testable import PluginHost

@Suite("Call times")
struct CallTimesTests {
    private func counts(_ calls: [Int: UInt64]) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: 544)
        for (place, number) in calls { counts[place] = number }
        return counts
    }

    @Test("nothing measured is nothing")
    func empty() {
        let times = CallTimes(counts([:]))
        #expect(times.count == 0 && times.median == 0 && times.percentile99 == 0 && times.longest == 0)
    }

    @Test("ranks fall into the classes where they lie, and short times are exact")
    func ranks() {
        // 98 calls of 7 ns, one of 32–33 ns, one of 64–67 ns.
        let times = CallTimes(counts([7: 98, 32: 1, 48: 1]))
        #expect(times.count == 100 && times.median == 7 && times.percentile99 == 33 && times.longest == 67)
        let one = CallTimes(counts([20: 1]))
        #expect(one.median == 20 && one.percentile99 == 20 && one.longest == 20)
    }

    @Test("a worker that writes nonsense there traps nobody")
    func nonsense() {
        let times = CallTimes([UInt64](repeating: .max, count: 544))
        #expect(times.longest == (1 << 37) - 1)
    }
}
