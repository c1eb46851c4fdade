import Trading

// The charts of the page.

extension SweepPage {
    static let style = """
        .tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
        .luck{margin:14px 0 0;max-width:70ch}
        .wide{overflow-x:auto}
        .wide th,.wide td{white-space:nowrap;padding-right:14px}.wide td.n,.wide th.n{padding-left:14px;padding-right:0}
        .map rect{fill:color-mix(in srgb,var(--blue) calc(var(--part)*1%),var(--panel));stroke:var(--paper);
        stroke-width:1;vector-effect:non-scaling-stroke}
        .map rect.none{fill:none;stroke:var(--line)}
        .map rect.best{stroke:var(--ink);stroke-width:2.5}
        .ramp{display:inline-block;width:120px;height:10px;vertical-align:middle;margin:0 8px;border-radius:2px;
        background:linear-gradient(90deg,var(--panel),var(--blue));border:1px solid var(--line)}
        .point{stroke:var(--blue);stroke-width:7;stroke-linecap:round}.point.best{stroke:var(--ink)}
        @media print{.wide{overflow:visible}.wide th,.wide td{padding-right:6px}}
        """

    private static let labelsMax = 9

    /// Which of so many places get a text.
    private func labelled(_ count: Int) -> [Int] {
        let every = (count + SweepPage.labelsMax - 1) / SweepPage.labelsMax
        return (0..<count).filter { $0 % every == 0 }
    }

    private func percent(_ part: Double) -> String { NumberText.fixed(part * 100, 2) }

    // MARK: Two parameters

    var map: String {
        guard let map = HeatMap(result) else { return "" }
        let (columns, lines) = (map.columns, map.lines)
        var shapes = ""
        var bestShape = ""
        for (line, values) in map.values.enumerated() {
            for (column, value) in values.enumerated() {
                let texts = [columns.text(column), lines.text(line)]
                let title =
                    "<title>\(HTML.text("\(columns.name) \(texts[0]), \(lines.name) \(texts[1]): \(result.metric.shown(value))"))</title>"
                let place = "x=\"\(column)\" y=\"\(line)\" width=\"1\" height=\"1\""
                guard let value else {
                    shapes += "<rect class=\"none\" \(place)>\(title)</rect>"
                    continue
                }
                let part = NumberText.fixed(map.part(value) * 100, 1)
                let isBest = map.best == (column, line)
                let shape = "<rect\(isBest ? " class=\"best\"" : "") style=\"--part:\(part)\" \(place)>\(title)</rect>"
                if isBest { bestShape += shape } else { shapes += shape }
            }
        }
        let texts =
            labelled(columns.count).map { column in
                "<span class=\"x\" style=\"left:\(percent((Double(column) + 0.5) / Double(columns.count)))%\">\(HTML.text(columns.text(column)))</span>"
            }
            + labelled(lines.count).map { line in
                "<span class=\"y\" style=\"top:\(percent((Double(line) + 0.5) / Double(lines.count)))%\">\(HTML.text(lines.text(line)))</span>"
            }
        let height = min(max(lines.count * 28, 140), 560)
        return """
            <h2>\(HTML.text(result.metric.heading)) by \(HTML.text(columns.name)) and \(HTML.text(lines.name))</h2>
            <p class="key"><span>\(HTML.text(columns.name)) across, \(HTML.text(lines.name)) down; the best has a frame</span>
            <span>\(result.metric.shown(map.low))<i class="ramp"></i>\(result.metric.shown(map.high))</span></p>
            <div class="chart map" style="height:\(height)px">
            <svg viewBox="0 0 \(columns.count) \(lines.count)" preserveAspectRatio="none" role="img" aria-label="Map of \(HTML.text(result.metric.title))">\(shapes)\(bestShape)</svg>
            \(texts.joined())</div>

            """
    }

    // MARK: One parameter

    var line: String {
        let varying = result.grid.parameters.indices.filter { result.grid.parameters[$0].count > 1 }
        guard varying.count == 1, !result.isWalkForward else { return "" }
        let parameter = result.grid.parameters[varying[0]]
        let points = result.rows.compactMap { row in
            row.value(result.metric).map { (place: result.grid.places(row.number)[varying[0]], value: $0) }
        }.sorted { $0.place < $1.place }
        guard let best = result.rows.first?.value(result.metric), points.count > 1 else { return "" }
        let unit = result.metric.isFraction ? (factor: 100.0, text: " %") : (factor: 1, text: "")
        let scale = Scale(points.map { $0.value * unit.factor })
        let ends = (low: parameter.number(0), high: parameter.number(parameter.count - 1))
        func part(_ place: Int) -> Double { (parameter.number(place) - ends.low) / (ends.high - ends.low) }
        func x(_ place: Int) -> String { NumberText.fixed(part(place) * 1000, 1) }
        func y(_ value: Double) -> String { NumberText.fixed((1 - scale.place(value)) * 1000, 1) }
        let grid = scale.ticks.map { "<path class=\"grid\" d=\"M0 \(y($0))H1000\"/>" }.joined()
        let path = points.map { "\(x($0.place)) \(y($0.value * unit.factor))" }.joined(separator: "L")
        let dots = points.map { point in
            "<path class=\"point\(point.value == best ? " best" : "")\" d=\"M\(x(point.place)) \(y(point.value * unit.factor))h0\"><title>\(HTML.text("\(parameter.name) \(parameter.text(point.place)): \(result.metric.shown(point.value))"))</title></path>"
        }.joined()
        let texts =
            scale.ticks.map {
                "<span class=\"y\" style=\"top:\(percent(1 - scale.place($0)))%\">\(scale.label($0))\(unit.text)</span>"
            }
            + labelled(parameter.count).map {
                "<span class=\"x\" style=\"left:\(percent(part($0)))%\">\(HTML.text(parameter.text($0)))</span>"
            }
        return """
            <h2>\(HTML.text(result.metric.heading)) by \(HTML.text(parameter.name))</h2>
            <div class="chart">
            <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="\(HTML.text(result.metric.heading)) by \(HTML.text(parameter.name))">\(grid)<path class="curve" d="M\(path)"/>\(dots)</svg>
            \(texts.joined())</div>

            """
    }

    // MARK: Walk-forward

    var chainChart: String {
        guard let chain = result.chain, let first = chain.curve.first, let last = chain.curve.last else { return "" }
        var chart = ReportChart(
            from: first.time, to: last.time, Scale(chain.curve.map(\.equity) + [chain.openingCash.approximate]))
        chart.line(chain.curve.map { (time: $0.time, value: $0.equity) }, style: "curve")
        chart.tells(
            chain.curve.map(\.time), [("equity", " \(result.subject.currency)", 2, chain.curve.map(\.equity))])
        return """
            <h2>Equity out-of-sample</h2>
            <p class="key"><span>\(HTML.text(chain.sentence(result.subject.currency)))</span></p>
            \(chart.html(label: "Equity out-of-sample"))
            """
    }
}
