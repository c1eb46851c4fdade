/// The values of a sweep over two parameters: one for each place of the first and the second.
struct HeatMap {
    let columns: RangedParameter
    let lines: RangedParameter
    /// By line, then column; nil where there is none.
    let values: [[Double?]]
    let low: Double
    let high: Double
    /// Where the best run is.
    let best: (column: Int, line: Int)

    /// nil where not two parameters vary, or no run has a value.
    init?(_ result: SweepResult) {
        let varying = result.grid.parameters.indices.filter { result.grid.parameters[$0].count > 1 }
        guard varying.count == 2, !result.isWalkForward else { return nil }
        columns = result.grid.parameters[varying[0]]
        lines = result.grid.parameters[varying[1]]
        guard columns.count * lines.count <= SweepGrid.runsMax else { return nil }
        var values = [[Double?]](repeating: Array(repeating: nil, count: columns.count), count: lines.count)
        for row in result.rows where row.status == .done {
            let places = result.grid.places(row.number)
            values[places[varying[1]]][places[varying[0]]] = row.value(result.metric)
        }
        let known = values.flatMap { $0.compactMap { $0 } }
        guard let low = known.min(), let high = known.max(), let first = result.rows.first else { return nil }
        let place = result.grid.places(first.number)
        best = (place[varying[0]], place[varying[1]])
        self.values = values
        self.low = low
        self.high = high
    }

    /// 0 at the lowest value, 1 at the highest.
    func part(_ value: Double) -> Double { high > low ? (value - low) / (high - low) : 1 }

    // MARK: For a terminal

    private static let shades = Array("░▒▓█")
    private static let cellsMax = 64
    /// From dark to bright, of the 256 colours of terminals.
    private static let colours = [17, 18, 19, 25, 31, 37, 43, 77, 113, 149, 185, 220]

    /// The second parameter downwards; the mean of several values where there are more than have room.
    func text(_ metric: SweepMetric, isColoured: Bool) -> [String] {
        let columnGroup = (columns.count + HeatMap.cellsMax - 1) / HeatMap.cellsMax
        let lineGroup = (lines.count + 31) / 32
        let margin = (0..<lines.count).map { lines.text($0).count }.max() ?? 0
        var text = ["\(lines.name) down, \(columns.name) across: \(metric.title) \(scale(metric, isColoured))"]
        for start in stride(from: 0, to: lines.count, by: lineGroup) {
            var line = lines.text(start).padded(to: margin, .right) + " "
            for column in stride(from: 0, to: columns.count, by: columnGroup) {
                let found = values[start..<min(start + lineGroup, lines.count)].flatMap {
                    $0[column..<min(column + columnGroup, columns.count)].compactMap { $0 }
                }
                line += cell(found.isEmpty ? nil : part(found.reduce(0, +) / Double(found.count)), isColoured)
            }
            text.append(line)
        }
        let width = (columns.count + columnGroup - 1) / columnGroup * 2
        let (first, last) = (columns.text(0), columns.text(columns.count - 1))
        let between = String(repeating: " ", count: max(1, width - first.count - last.count))
        text.append(String(repeating: " ", count: margin + 1) + first + between + last)
        return text
    }

    private func scale(_ metric: SweepMetric, _ isColoured: Bool) -> String {
        let steps = isColoured ? HeatMap.colours.count : HeatMap.shades.count
        let cells = (0..<steps).map { cell(Double($0) / Double(steps - 1), isColoured) }.joined()
        return "\(metric.shown(low)) \(cells) \(metric.shown(high))"
    }

    private func cell(_ part: Double?, _ isColoured: Bool) -> String {
        guard let part else { return "  " }
        func pick<Element>(_ list: [Element]) -> Element { list[min(Int(part * Double(list.count)), list.count - 1)] }
        if isColoured { return "\u{1b}[48;5;\(pick(HeatMap.colours))m  \u{1b}[0m" }
        return String(repeating: pick(HeatMap.shades), count: 2)
    }
}
