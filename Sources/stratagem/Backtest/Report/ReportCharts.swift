import Trading

// The charts of the page.

extension ReportPage {
    var equityChart: String {
        let steps = picture.steps
        guard !steps.isEmpty else { return "" }
        let (first, last) = (result.first.nanoseconds, result.last.nanoseconds)
        let points = steps.map { (time: $0.time, value: $0.equity) }
        var equity = ReportChart(from: first, to: last, Scale(steps.map(\.equity) + [picture.opening]))
        let floor = Scale(steps.map(\.equity) + [picture.opening]).low
        equity.area(steps.map { (time: $0.time, low: floor, high: $0.equity) }, style: "area")
        equity.line(points, style: "curve")
        let shown = thinned(steps)
        equity.tells(
            shown.map(\.time),
            [
                ("equity", " \(result.currency)", 2, shown.map(\.equity)),
                ("drawdown", " %", 2, shown.map { $0.fall * 100 }),
            ])
        var falls = ReportChart(
            from: first, to: last, Scale(steps.map { $0.fall * 100 } + [0], ticks: 2), unit: " %", isLow: true)
        falls.area(steps.map { (time: $0.time, low: $0.fall * 100, high: 0) }, style: "fall")
        falls.line(steps.map { (time: $0.time, value: $0.fall * 100) }, style: "fallcurve")
        return """
            <h2>Equity and drawdown</h2>
            <p class="key"><span>equity in \(HTML.text(result.currency)), below it the fall from its highest value until then</span></p>
            \(equity.html(label: "Equity over time"))\(falls.html(label: "Drawdown over time"))
            """
    }

    /// More instruments than these have no chart.
    static let pricesMax = 12

    var priceCharts: String {
        let charts = result.instruments.indices.prefix(ReportPage.pricesMax).map(priceChart).joined()
        let rest = result.instruments.dropFirst(ReportPage.pricesMax).map(\.id).joined(separator: ", ")
        return charts + (rest.isEmpty ? "" : "<p class=\"soft\">Without a chart: \(HTML.text(rest)).</p>\n")
    }

    private func priceChart(_ instrument: Int) -> String {
        let prices = picture.prices[instrument]
        guard !picture.steps.isEmpty else { return "" }
        let (first, last) = (result.first.nanoseconds, result.last.nanoseconds)
        let trips = picture.trades.shown.filter { Int($0.instrument) == instrument }
        let shown =
            trips.count > ReportPage.tripsMax
            ? trips.indices.filter { $0 % (trips.count / ReportPage.tripsMax + 1) == 0 }
                .map { trips[$0] } : trips
        let values =
            prices.flatMap { [$0.low, $0.high] }
            + shown.flatMap { [$0.entryPrice.approximate, $0.exitPrice.approximate] }
        var chart = ReportChart(from: first, to: last, Scale(values))
        let timed = zip(picture.steps, prices)
        chart.area(timed.map { (time: $0.time, low: $1.low, high: $1.high) }, style: "range")
        chart.line(timed.map { (time: $0.time, value: $1.last) }, style: "price")
        for trip in shown { chart.trade(trip) }
        let places = thinned(Array(prices.indices))
        let decimals = Scale(values).step < 0.01 ? 6 : 2
        chart.tells(places.map { picture.steps[$0].time }, [("price", "", decimals, places.map { prices[$0].last })])
        let every = trips.isEmpty ? 1 : picture.trades.every * ((trips.count + shown.count - 1) / shown.count)
        let which = every > 1 ? "; one of \(every) trades is shown" : ""
        let id = HTML.text(result.instruments[instrument].id)
        return """
            <h2>\(id): price, entries and exits</h2>
            <p class="key"><span>\(ReportPage.sample("won"))trade that won</span><span>\(ReportPage.sample("lost"))trade that lost</span>\
            <span>dot: entry, ring: exit\(which)</span></p>
            \(chart.html(label: "Price of \(id) with trades"))
            """
    }

    private static let tripsMax = 400

    private static func sample(_ style: String) -> String {
        "<svg viewBox=\"0 0 30 10\" aria-hidden=\"true\"><path class=\"\(style)\" d=\"M4 5H26\"/><path class=\"\(style) dot\" d=\"M4 5h0M26 5h0\"/><path class=\"hole\" d=\"M26 5h0\"/></svg>"
    }

    /// Some hundred of them, evenly.
    private func thinned<Element>(_ all: [Element]) -> [Element] {
        let step = (all.count + 399) / 400
        return step > 1 ? all.indices.filter { $0 % step == 0 || $0 == all.count - 1 }.map { all[$0] } : all
    }

    var tradeChart: String {
        let intervals = picture.trades.results.intervals(most: 40)
        guard let first = intervals.first, let last = intervals.last else {
            return "<h2>Results of trades</h2><p class=\"soft\">No trade has ended.</p>\n"
        }
        let scale = Scale(intervals.map { Double($0.count) } + [0])
        let span = last.start + last.width - first.start
        func place(_ amount: Double) -> Double { (amount - first.start) / span }
        var shapes = ""
        var texts = ""
        for tick in scale.ticks where tick == tick.rounded() {
            let height = NumberText.fixed((1 - scale.place(tick)) * 1000, 1)
            shapes += "<path class=\"grid\" d=\"M0 \(height)H1000\"/>"
            let top = NumberText.fixed((1 - scale.place(tick)) * 100, 2)
            texts += "<span class=\"y\" style=\"top:\(top)%\">\(scale.label(tick))</span>"
        }
        for interval in intervals where interval.count > 0 {
            // One among thousands can still be seen.
            let height = max(scale.place(Double(interval.count)) * 1000, 6)
            let left = place(interval.start) * 1000
            let width = interval.width / span * 1000
            shapes +=
                "<rect class=\"bar \(interval.start >= 0 ? "good" : "bad")\" x=\"\(NumberText.fixed(left + width * 0.06, 1))\" "
                + "y=\"\(NumberText.fixed(1000 - height, 1))\" width=\"\(NumberText.fixed(width * 0.88, 1))\" "
                + "height=\"\(NumberText.fixed(height, 1))\"><title>\(amounts(interval)): \(interval.count)</title></rect>"
        }
        let axis = Scale([first.start, last.start + last.width], ticks: 5)
        for tick in axis.ticks where (0...1).contains(place(tick)) {
            let side = place(tick) < 0.04 ? " first" : place(tick) > 0.96 ? " last" : ""
            let left = NumberText.fixed(place(tick) * 100, 2)
            texts += "<span class=\"x\(side)\" style=\"left:\(left)%\">\(axis.label(tick))</span>"
        }
        return """
            <h2>Results of trades</h2>
            <p class="key"><span>how many of the \(picture.trades.count) round trips ended with which result, net of commission, in \(HTML.text(result.currency))</span></p>
            <div class="chart"><svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="Distribution of the results of trades">\(shapes)</svg>
            \(texts)</div>

            """
    }

    private func amounts(_ interval: ResultCounts.Interval) -> String {
        let scale = Scale([interval.start, interval.start + interval.width])
        return "\(scale.label(interval.start)) to \(scale.label(interval.start + interval.width))"
    }
}
