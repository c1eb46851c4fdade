/// How far long work has come, with rate and remaining time, on a terminal at standard error; silent elsewhere.
final class ProgressLine {
    private let what: String
    private let isShown: Bool
    private let begin = MonotonicClock.now
    private var nextShow: Int64
    private var isDrawn = false

    /// Short work is not worth a line.
    private static let patienceNanoseconds: Int64 = 500_000_000
    private static let stepNanoseconds: Int64 = 200_000_000

    init(_ what: String, isShown: Bool) {
        self.what = what
        self.isShown = isShown && Console.isErrorTerminal
        nextShow = begin + ProgressLine.patienceNanoseconds
    }

    func show(_ done: Int, of total: Int) {
        let now = MonotonicClock.now
        guard isShown, now >= nextShow, done > 0 else { return }
        nextShow = now + ProgressLine.stepNanoseconds
        isDrawn = true
        let rate = Double(done) / (Double(now - begin) / 1e9)
        let left = NumberText.duration(seconds: Double(total - done) / rate)
        Console.progress("\(what): \(done * 100 / total) %, \(NumberText.short(rate)) events/s, \(left) left")
    }

    /// Wipes the line away.
    func end() {
        if isDrawn { Console.progress("") }
    }
}
