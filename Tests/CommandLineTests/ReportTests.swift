import Foundation
import Testing

/// The page of a backtest: that it says what the JSON says, and asks nobody for anything.
@Suite("Report of a backtest")
struct ReportTests {
    private let scratch = Scratch()

    /// Three months of bars of an hour that rise and fall.
    private func writeHours() {
        var text = "time,open,high,low,close,volume\n"
        for hour in 0..<2_100 {
            let price = 100 + 20 * sin(Double(hour) / 40) + Double(hour % 7)
            let prices = [price, price + 1, price - 1, price + 0.5].map { String(format: "%.2f", $0) }
            text += "\(1_704_067_200 + hour * 3600),\(prices.joined(separator: ",")),10\n"
        }
        scratch.write(text, to: "hours.csv")
    }

    private func report(_ more: [String] = []) async throws -> (page: String, json: JSONObject) {
        writeHours()
        let outcome = try await CommandLine.run(
            [
                "backtest", "SMACross", "--data", "hours.csv", "--instrument", "A&B_USD", "--set", "fast=3", "--set",
                "slow=10", "--commission-rate", "0.001", "--cash", "1000", "--report", "page.html", "--json",
            ] + more, in: scratch)
        try #require(outcome.code == 0, "\(outcome.errors)")
        return (try #require(scratch.read("page.html")), try JSONObject(outcome.output))
    }

    /// What stands between two texts, each time.
    private func all(_ page: String, _ start: String, _ end: String) -> [String] {
        page.components(separatedBy: start).dropFirst().map { $0.components(separatedBy: end)[0] }
    }

    @Test(
        "every number of the JSON stands in it as it is printed, with the parameters, the data's checksum and the state hash"
    )
    func numbers() async throws {
        let (page, json) = try await report()
        let performance = try #require(json.object("performance"))
        for key in performance.keys.sorted() {
            let exact = try #require(all(page, "data-key=\"\(key)\" title=\"", "\"").first, "\(key)")
            if performance.isNull(key) {
                #expect(exact == "–", "\(key)")
            } else {
                #expect(Double(exact) == performance.number(key), "\(key)")
            }
        }
        for key in ["equity", "cash", "realized_pnl", "commission"] {
            #expect(all(page, "data-key=\"\(key)\" title=\"", "\"").first == json.text(key), "\(key)")
        }
        let inside = try JSONObject(
            try #require(all(page, "id=\"result\">", "</script>").first).replacingOccurrences(of: "\\u003c", with: "<"))
        #expect(inside.text("state_hash") == json.text("state_hash"))
        #expect(page.contains("<code data-key=\"state_hash\">\(json.text("state_hash") ?? "none")</code>"))
        let sum = Process()
        sum.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        sum.arguments = [scratch.path + "/hours.csv"]
        let pipe = Pipe()
        sum.standardOutput = pipe
        try sum.run()
        let printed = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        sum.waitUntilExit()
        #expect(page.contains("SHA-256 <code>\(printed.prefix(64))</code>"))
        #expect(page.contains("<tr><th>slow</th><td class=\"n\">10</td></tr>"))
        #expect(page.contains("No order was denied."))
    }

    @Test("it loads nothing, its elements are closed, and a name with signs of HTML is a text")
    func oneFile() async throws {
        let (page, _) = try await report()
        for word in ["http:", "https:", "src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("A&amp;B_USD") && !page.replacingOccurrences(of: "A&amp;B", with: "").contains("<h2>A&B"))
        for element in ["main", "svg", "table", "tr", "td", "div", "section", "span", "script", "dl", "h2", "p"] {
            let open =
                page.components(separatedBy: "<\(element)>").count + page.components(separatedBy: "<\(element) ").count
                - 2
            #expect(open == page.components(separatedBy: "</\(element)>").count - 1, "\(element)")
        }
        #expect(page.components(separatedBy: "viewBox=\"0 0 1000 1000\"").count - 1 == 4)
        #expect(all(page, "<path class=\"curve\" d=\"", "\"").first?.hasPrefix("M") == true)
    }

    @Test("months begin where the one before ended, and together make the return")
    func months() async throws {
        let (page, json) = try await report()
        let cells = ["Jan", "Feb", "Mar", "Year"].compactMap { name in
            all(page, "<td data-name=\"\(name)\"", "</td>").first?.components(separatedBy: ">").last.flatMap(
                Double.init)
        }
        try #require(cells.count == 4)
        let together = cells.prefix(3).reduce(1.0) { $0 * (1 + $1 / 100) } - 1
        let whole = try #require(json.object("performance")?.number("total_return"))
        #expect(abs(together - whole) < 0.0002, "\(cells), \(whole)")
        #expect(abs(cells[3] / 100 - whole) < 0.00006)
        #expect(cells.prefix(3).contains { abs($0) > 0.01 })
    }

    @Test("looking at the run changes nothing: the state hash is that of one piece, with a report or without")
    func sameHash() async throws {
        let (_, json) = try await report()
        let plain = try await CommandLine.run(
            [
                "backtest", "SMACross", "--data", "hours.csv", "--instrument", "A&B_USD", "--set", "fast=3", "--set",
                "slow=10", "--commission-rate", "0.001", "--cash", "1000",
            ], in: scratch)
        #expect(plain.output.contains(try #require(json.text("state_hash"))))
        // The line below the equity.
        let lines = plain.outputLines.map { $0.filter { "▁▂▃▄▅▆▇█".contains($0) } }
        #expect(lines.contains { $0.count == 48 && $0.contains("▁") && $0.contains("█") })
    }

    @Test("a page that cannot be written: exit code 3")
    func unwritable() async throws {
        scratch.writeBars()
        let outcome = try await CommandLine.run(
            ["backtest", "SMACross", "--data", "bars.csv", "--report", "none/page.html"], in: scratch)
        #expect(outcome.code == 3 && outcome.errors.contains("none/page.html"))
    }
}
