import Trading

/// A chart that is as wide as the page: shapes stretch, and lines, dots and texts do not. Its shapes have a width and a height of
/// 1000; its texts are HTML beside them.
struct ReportChart {
    private let from: Int64
    private let to: Int64
    private let scale: Scale
    private var shapes = ""
    private var isLow = false
    private var trades = 0
    /// With more trades than these their dots are small.
    private static let roomyTrades = 100
    private var unit = ""
    private var series = ""

    init(from: Int64, to: Int64, _ scale: Scale, unit: String = "", isLow: Bool = false) {
        self.from = from
        self.to = max(to, from + 1)
        self.scale = scale
        self.unit = unit
        self.isLow = isLow
        for tick in scale.ticks {
            let height = y(tick)
            shapes += "<path class=\"grid\" d=\"M0 \(height)H1000\"/>"
        }
    }

    private func x(_ time: Int64) -> String {
        NumberText.fixed(Double(time - from) / Double(to - from) * 1000, 1)
    }
    private func y(_ value: Double) -> String { NumberText.fixed((1 - scale.place(value)) * 1000, 1) }

    // MARK: Shapes

    /// Values that are NaN leave a gap.
    mutating func line(_ points: some Sequence<(time: Int64, value: Double)>, style: String) {
        var path = ""
        var isOpen = false
        for point in points {
            guard point.value.isFinite else {
                isOpen = false
                continue
            }
            path += "\(isOpen ? "L" : "M")\(x(point.time)) \(y(point.value))"
            isOpen = true
        }
        shapes += "<path class=\"\(style)\" d=\"\(path)\"/>"
    }

    /// What lies between two values at each time.
    mutating func area(_ points: [(time: Int64, low: Double, high: Double)], style: String) {
        let known = points.filter { $0.low.isFinite && $0.high.isFinite }
        guard known.count > 1 else { return }
        let upper = known.map { "\(x($0.time)) \(y($0.high))" }
        let lower = known.reversed().map { "\(x($0.time)) \(y($0.low))" }
        shapes += "<path class=\"\(style)\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>"
    }

    /// From entry to exit: a dot where it begins, a ring where it ends.
    mutating func trade(_ trip: RoundTrip) {
        trades += 1
        let style = trip.pnl > .zero ? "won" : "lost"
        let start = "\(x(trip.entryTime.nanoseconds)) \(y(trip.entryPrice.approximate))"
        let end = "\(x(trip.exitTime.nanoseconds)) \(y(trip.exitPrice.approximate))"
        shapes +=
            "<path class=\"\(style)\" d=\"M\(start)L\(end)\"/><path class=\"\(style) dot\" d=\"M\(start)h0M\(end)h0\"/>"
            + "<path class=\"hole\" d=\"M\(end)h0\"/>"
    }

    // MARK: The pointer

    /// What is shown under the pointer; at most some hundred points are given.
    mutating func tells(_ times: [Int64], _ values: [(name: String, unit: String, decimals: Int, values: [Double])]) {
        let json = JSON.object([
            ("from", .integer(from / Timestamp.nanosecondsPerSecond)),
            ("to", .integer(to / Timestamp.nanosecondsPerSecond)),
            ("t", .array(times.map { .integer($0 / Timestamp.nanosecondsPerSecond) })),
            ("names", .array(values.map { .string($0.name) })), ("units", .array(values.map { .string($0.unit) })),
            (
                "values",
                .array(
                    values.map { line in
                        .array(line.values.map { $0.isFinite ? .number(NumberText.fixed($0, line.decimals)) : .null })
                    })
            ),
        ])
        series = " data-series=\"\(HTML.text(json.text))\""
    }

    // MARK: The whole

    func html(label: String) -> String {
        var texts = ""
        for tick in scale.ticks {
            let top = NumberText.fixed((1 - scale.place(tick)) * 100, 2)
            texts += "<span class=\"y\" style=\"top:\(top)%\">\(scale.label(tick))\(unit)</span>"
        }
        if !isLow { texts += timeLabels }
        let style = trades > ReportChart.roomyTrades ? " class=\"dense\"" : ""
        let pointer = series.isEmpty ? "" : "<div class=\"cursor\"></div><div class=\"note\"></div>"
        return """
            <div class="chart\(isLow ? " low" : "")"\(series)>
            <svg\(style) viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="\(HTML.text(label))">\(shapes)</svg>
            \(texts)\(pointer)</div>

            """
    }

    private var timeLabels: String {
        let count = 5
        let isLong = to - from > 3 * Timestamp.nanosecondsPerDay
        return (0..<count).map { place in
            let time = Timestamp(nanoseconds: from + (to - from) / Int64(count - 1) * Int64(place))
            let text = time.description
            let shown = isLong ? String(text.prefix(10)) : text.prefix(16).split(separator: "T").joined(separator: " ")
            let style = place == 0 ? " first" : place == count - 1 ? " last" : " middle"
            let left = NumberText.fixed(Double(place) / Double(count - 1) * 100, 2)
            return "<span class=\"x\(style)\" style=\"left:\(left)%\">\(shown)</span>"
        }.joined()
    }
}
