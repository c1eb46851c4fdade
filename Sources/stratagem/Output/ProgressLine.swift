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

    /// `count` of `unit` were done; without them `done` counts events.
    func show(_ done: Int, of total: Int, count: Int? = nil, unit: String = "events") {
        let now = MonotonicClock.now
        guard isShown, now >= nextShow, done > 0, total > 0 else { return }
        nextShow = now + ProgressLine.stepNanoseconds
        isDrawn = true
        let seconds = Double(now - begin) / 1e9
        let left = NumberText.duration(seconds: Double(total - done) / Double(done) * seconds)
        let rate = NumberText.short(Double(count ?? done) / seconds)
        Console.progress("\(what): \(done * 100 / total) %, \(rate) \(unit)/s, \(left) left")
    }

    /// Wipes the line away.
    func end() {
        if isDrawn { Console.progress("") }
    }
}
