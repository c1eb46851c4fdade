import Controls
import Testing
import Trading

@Suite("compliance.flat-by")
struct FlatByRuleTests {
    @Test("nothing is opened when positions have to be flat", arguments: cases)
    func table(_ row: RuleCase) { row.check() }

    private static let windows = program { $0.hasFlatWindows = true }
    private static let close = program { $0.flatBeforeCloseNanoseconds = 600 * second }
    private static let late = ["compliance.flat-by pastFlatTime account 0 0 0"]

    static let cases = [
        RuleCase("in time", program: windows),
        RuleCase("past a flat time of the week", program: windows, finds: late) { $0.program?.isPastFlatTime = true },
        RuleCase("past one of the session", program: close, finds: late) { $0.program?.isPastFlatTime = true },
        RuleCase("an exit passes", program: close) {
            $0.program?.isPastFlatTime = true
            $0.hold("1")
            $0.sell("1")
        },
        RuleCase("a turn does not", program: close, finds: late) {
            $0.program?.isPastFlatTime = true
            $0.hold("1")
            $0.sell("2")
        },
    ]
}
