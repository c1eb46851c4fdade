import Configuration
import Engine
import Trading

/// A host's status as the lines of a screen.
struct LiveTable {
    let columns: Int
    let rows: Int

    func lines(_ status: HostStatus, refused: [RefusedStrategy], rate: Double, activity: [Activity.Line])
        -> [StyledLine]
    {
        var lines = [head(status, rate: rate), accounts(status), StyledLine(), headings]
        let kept = min(rows >= 20 ? 6 : 3, 1 + activity.count)
        let bodyRows = max(1, rows - lines.count - kept)
        let body = status.strategies.map(row) + refused.map(row)
        lines += body.prefix(body.count > bodyRows ? bodyRows - 1 : bodyRows)
        if body.count > bodyRows { lines.append(StyledLine("… and \(body.count - bodyRows + 1) more", .dim)) }
        lines.append(StyledLine())
        lines += latest(activity, rows: max(0, rows - lines.count))
        return lines
    }

    // MARK: Head

    private func head(_ status: HostStatus, rate: Double) -> StyledLine {
        var line = StyledLine("stratagem run", .bold)
        line.add("  \(status.time.clockText)  \(NumberText.short(rate)) events/s  \(status.eventCount) events")
        line.add("  Ctrl-C stops", .dim)
        return line
    }

    private func accounts(_ status: HostStatus) -> StyledLine {
        var line = StyledLine()
        for account in status.accounts {
            line.add("\(account.id): equity ")
            guard let equity = account.equity else {
                line.add("unknown, a conversion rate is missing  ", .yellow)
                continue
            }
            let gain = equity - account.opening
            line.add("\(NumberText.money(equity)) \(account.currency) ", .bold)
            line.add("(\(NumberText.signed(gain)))  ", gain.style)
        }
        return line
    }

    // MARK: Strategies

    private static let state = 5
    private static let events = 6
    private static let orders = 6
    private static let fills = 5
    private static let denied = 6
    private var gap: String { columns >= 100 ? "  " : " " }
    private var profit: Int { columns >= 100 ? 12 : 8 }
    private var name: Int { columns >= 100 ? 20 : 14 }
    /// Narrow terminals do without the counts of events and denials.
    private var hasAllCounts: Bool { columns >= 80 }
    private var position: Int {
        var others = name + LiveTable.state + LiveTable.orders + LiveTable.fills + 2 * profit + 6 * gap.count
        if hasAllCounts { others += LiveTable.events + LiveTable.denied + 2 * gap.count }
        return max(14, columns - others)
    }

    private var headings: StyledLine {
        var cells = ["strategy".padded(to: name, .left), "state".padded(to: LiveTable.state, .left)]
        if hasAllCounts { cells.append("events".padded(to: LiveTable.events, .right)) }
        cells += ["orders".padded(to: LiveTable.orders, .right), "fills".padded(to: LiveTable.fills, .right)]
        if hasAllCounts { cells.append("denied".padded(to: LiveTable.denied, .right)) }
        cells += [
            "position".padded(to: position, .left), "realized".padded(to: profit, .right),
            (profit > 10 ? "unrealized" : "unreal.").padded(to: profit, .right),
        ]
        return StyledLine(cells.joined(separator: gap), .dim)
    }

    private func row(_ strategy: StrategyStatus) -> StyledLine {
        let counters = strategy.counters
        var line = StyledLine(strategy.id.cut(to: name).padded(to: name, .left) + gap)
        func add(_ count: UInt64, _ width: Int, _ style: StyledLine.Style = .plain) {
            line.add(NumberText.count(count).padded(to: width, .right) + gap, style)
        }
        line.add(strategy.state.short.padded(to: LiveTable.state, .left) + gap, strategy.state.style)
        if hasAllCounts { add(counters.events, LiveTable.events) }
        add(counters.orders, LiveTable.orders)
        add(counters.fills, LiveTable.fills)
        if hasAllCounts { add(counters.denials, LiveTable.denied, counters.denials > 0 ? .yellow : .plain) }
        line.add(strategy.positionText.cut(to: position).padded(to: position, .left) + gap)
        for (index, amount) in [strategy.realized, strategy.unrealized].enumerated() {
            let text = amount.map { NumberText.profit($0, width: profit) } ?? "no rate"
            line.add(text.padded(to: profit, .right) + (index == 0 ? gap : ""), amount?.style ?? .yellow)
        }
        return line
    }

    /// The strategies alone, without colour: what stays on the terminal in the end.
    func summary(_ status: HostStatus) -> [String] {
        ([headings] + status.strategies.map(row)).map { $0.rendered(columns: columns, usesColor: false) }
    }

    private func row(_ refused: RefusedStrategy) -> StyledLine {
        var line = StyledLine(refused.id.cut(to: name).padded(to: name, .left) + gap)
        line.add("refused: ", .red)
        line.add(refused.findings.map(\.description).joined(separator: "; ").printable)
        return line
    }

    // MARK: Activity

    /// As many of the latest lines as there is room for; long ones go on below.
    private func latest(_ activity: [Activity.Line], rows: Int) -> [StyledLine] {
        var shown: [StyledLine] = []
        for entry in activity.reversed() {
            let block = lines(entry)
            guard shown.count + block.count <= rows else { break }
            shown = block + shown
        }
        return shown
    }

    private static let rowsPerEntry = 3

    private func lines(_ entry: Activity.Line) -> [StyledLine] {
        let time = entry.time.clockText + " "
        let name = entry.strategy.isEmpty ? "" : entry.strategy + " "
        let text = entry.count > 1 ? "(\(entry.count) times) \(entry.text)" : entry.text
        let indentation = String(repeating: " ", count: time.count)
        var pieces = (name + text).wrapped(to: max(20, columns - time.count))
        if pieces.count > LiveTable.rowsPerEntry {
            pieces = Array(pieces[..<LiveTable.rowsPerEntry])
            pieces[LiveTable.rowsPerEntry - 1] += " …"
        }
        return pieces.enumerated().map { index, piece in
            var line = StyledLine(index == 0 ? time : indentation, .dim)
            let isNamed = index == 0 && piece.hasPrefix(name)
            if isNamed { line.add(name) }
            line.add(isNamed ? String(piece.dropFirst(name.count)) : piece, entry.kind.style)
            return line
        }
    }
}

extension Activity.Kind {
    var style: StyledLine.Style {
        switch self {
        case .fill, .note: .plain
        case .denial: .yellow
        case .problem: .red
        }
    }
}

extension StrategyStatus.State {
    var style: StyledLine.Style {
        switch self {
        case .running: .green
        case .slow: .yellow
        case .off, .stopped: .dim
        case .fault, .quarantined: .red
        }
    }
}

extension Money {
    var style: StyledLine.Style { self > .zero ? .green : self < .zero ? .red : .plain }
}

extension Timestamp {
    /// "2026-01-31 14:30:15", in UTC.
    var secondText: String { description.secondText }

    /// "14:30:15".
    var clockText: String { String(description.dropFirst(11).prefix(8)) }
}

extension String {
    /// Of a stamp that a host sent, what a person reads: "2026-01-31 14:30:15".
    var secondText: String { String(prefix(19).map { $0 == "T" ? " " : $0 }) }
}
