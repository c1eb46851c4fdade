import Engine
import Trading

/// Shows a run while it goes on.
protocol RunView: AnyObject {
    /// Called often; it looks at the clock and decides what to show. False = nobody looks any more.
    func show(_ picture: RunPicture, clock: Int64) -> Bool
    /// The process is about to be paused, and has come back.
    func pause()
    func resume()
    func end(_ picture: RunPicture)
}

/// Shows nothing.
final class SilentView: RunView {
    func show(_ picture: RunPicture, clock: Int64) -> Bool { true }
    func pause() {}
    func resume() {}
    func end(_ picture: RunPicture) {}
}

/// The table on a terminal, four times a second.
final class TableView: RunView {
    private var screen = Screen()
    private let signals: SignalWatch
    private var nextDrawing: Int64 = 0
    private var lastCount: (events: UInt64, clock: Int64)?
    private var rate = 0.0
    private var lines: [Activity.Line] = []
    private static let drawingNanoseconds: Int64 = 250_000_000
    private static let linesKept = 100

    init(_ signals: SignalWatch) { self.signals = signals }

    func show(_ picture: RunPicture, clock: Int64) -> Bool {
        let isResized = signals.takeResize()
        picture.lines.forEach(add)
        guard clock >= nextDrawing || isResized else { return true }
        nextDrawing = clock + TableView.drawingNanoseconds
        if !screen.isOpen { resume() }
        measure(picture.status.eventCount, clock)
        let size = Console.size
        let table = LiveTable(columns: size.columns, rows: size.rows)
        return screen.draw(
            table.lines(picture.status, refused: picture.refused, rate: rate, activity: lines),
            columns: size.columns, rows: size.rows, isCleared: isResized)
    }

    /// What happens again and again is one line that counts.
    private func add(_ line: Activity.Line) {
        var line = line
        if let index = lines.lastIndex(where: line.repeats) { line.count += lines.remove(at: index).count }
        lines.append(line)
        if lines.count > TableView.linesKept { lines.removeFirst() }
    }

    /// Events per second over the last second or so.
    private func measure(_ events: UInt64, _ clock: Int64) {
        guard let last = lastCount else {
            lastCount = (events, clock)
            return
        }
        guard clock - last.clock >= 900_000_000 else { return }
        rate = Double(events - last.events) / (Double(clock - last.clock) / 1e9)
        lastCount = (events, clock)
    }

    func pause() {
        screen.close()
        signals.setScreenInUse(false)
    }

    func resume() {
        signals.setScreenInUse(true)
        screen.open()
    }

    func end(_ picture: RunPicture) { pause() }
}

/// Lines for a pipe or a log file: what happens, and once a second how each strategy that changed stands.
final class LogView: RunView {
    private var nextStatus: Int64 = 0
    private var nextBudget: Int64 = 0
    private var budget = 0
    private var omitted = 0
    /// Lines that were printed lately, with how often they came again since.
    private var printed: [(line: Activity.Line, clock: Int64)] = []
    private var shown: [String: String] = [:]
    private var lastHead: (events: UInt64, clock: Int64)?

    private static let second: Int64 = 1_000_000_000
    private static let headNanoseconds: Int64 = 10 * second
    /// Lines about single events in a second; the rest is counted.
    private static let linesPerSecond = 20
    /// For so long the same again is only counted.
    private static let repeatNanoseconds: Int64 = 10 * second

    func show(_ picture: RunPicture, clock: Int64) -> Bool {
        if clock >= nextBudget {
            reportOmitted()
            nextBudget = clock + LogView.second
            budget = LogView.linesPerSecond
        }
        report(picture.lines, lost: picture.lost, clock)
        if clock >= nextStatus {
            nextStatus = clock + LogView.second
            reportStatus(picture.status, clock)
        }
        return Console.flush()
    }

    private func report(_ lines: [Activity.Line], lost: Int, _ clock: Int64) {
        reportRepeats(before: clock - LogView.repeatNanoseconds)
        omitted += lost
        for line in lines {
            if line.kind != .fill, let index = printed.firstIndex(where: { $0.line.repeats(line) }) {
                printed[index].line.count += 1
                continue
            }
            guard budget > 0 else {
                omitted += 1
                continue
            }
            budget -= 1
            if line.kind != .fill { printed.append((line, clock)) }
            Console.print("\(line.time.secondText) \(line.strategy.isEmpty ? "host" : line.strategy): \(line.text)")
        }
    }

    /// Says how often lines came again that were printed before `clock`, and forgets them.
    private func reportRepeats(before clock: Int64) {
        for (line, printedAt) in printed where printedAt < clock && line.count > 1 {
            Console.print("… \(line.count - 1) times more: \(line.strategy): \(line.text)")
        }
        printed.removeAll { $0.clock < clock }
    }

    private func reportOmitted() {
        if omitted > 0 { Console.print("… and \(omitted) more lines in that second") }
        omitted = 0
    }

    private func reportStatus(_ status: HostStatus, _ clock: Int64) {
        for strategy in status.strategies where shown[strategy.id] != strategy.logText {
            shown[strategy.id] = strategy.logText
            let unrealized = strategy.unrealized.map { ", unrealized \(NumberText.signed($0))" } ?? ""
            Console.print("\(status.time.secondText) \(strategy.id): \(strategy.logText)\(unrealized)")
        }
        reportHead(status, clock)
    }

    private func reportHead(_ status: HostStatus, _ clock: Int64) {
        guard let last = lastHead else {
            lastHead = (status.eventCount, clock)
            return
        }
        guard clock - last.clock >= LogView.headNanoseconds else { return }
        let rate = Double(status.eventCount - last.events) / (Double(clock - last.clock) / 1e9)
        lastHead = (status.eventCount, clock)
        Console.print("\(status.time.secondText) host: \(NumberText.short(rate)) events/s, \(status.equityText)")
    }

    func pause() {}
    func resume() {}

    func end(_ picture: RunPicture) {
        report(picture.lines, lost: picture.lost, MonotonicClock.now)
        reportRepeats(before: .max)
        reportOmitted()
    }
}

extension StrategyStatus {
    /// All that changes by an order or a fill, and not with the market.
    fileprivate var logText: String {
        let result = realized.map { "realized \(NumberText.signed($0))" } ?? "P&L unknown, a conversion rate is missing"
        return "\(state.rawValue), orders \(counters.orders), fills \(counters.fills), denied \(counters.denials), "
            + "\(positionText), \(result)"
    }
}

extension HostStatus {
    var equityText: String {
        accounts.map { account in
            let equity = account.equity.map { "\(NumberText.money($0)) \(account.currency)" } ?? "unknown"
            return "\(account.id) equity \(equity)"
        }.joined(separator: ", ")
    }
}
