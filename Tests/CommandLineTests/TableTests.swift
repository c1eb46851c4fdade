import Glibc
import Testing

/// The live table of a run, as a terminal sees it.
@Suite("Table")
struct TableTests {
    private let scratch = Scratch()

    private static let entering = "\u{1b}[?1049h"
    private static let leaving = "\u{1b}[?1049l"

    @Test("draws a table that fits 80 columns, and gives the old screen back")
    func table() async throws {
        try scratch.copyShippedStrategies()
        scratch.write("plugin: NoSuch\ninstruments: [BTC_USDT]\n", to: "strategies/lost/strategy.yaml")
        let terminal = try Terminal(columns: 80, rows: 24)
        let command = try RunningCommand(
            ["run", "--seed", "7", "--market-speed", "40"], in: scratch, terminal: terminal.path,
            environment: ["TERM=xterm"])
        #expect(await terminal.wait(for: " taker"))
        command.send(SIGINT)
        let outcome = try await command.finish()
        terminal.read()
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let pieces = terminal.text.split(separator: TableTests.leaving)
        #expect(pieces.count == 2 && pieces[0].contains(TableTests.entering))
        #expect(pieces[0].contains("\u{1b}[?25l") && pieces[0].contains("\u{1b}[?25h"), "the cursor comes back")
        #expect(pieces[0].contains("\u{1b}[32m"), "colours")
        let picture = try #require(terminal.pictures.last)
        #expect(picture.count <= 24)
        #expect(picture.filter { $0.count > 80 }.isEmpty)
        for text in [
            "Ctrl-C stops", "paper: equity", "dump_v2        run", "sma_cross      run", "lost           refused: ",
        ] {
            #expect(picture.contains { $0.contains(text) }, "\(text) in \(picture)")
        }
        let last = pieces.last.map(String.init) ?? ""
        #expect(last.contains("stopped after") && last.contains("sma_cross      stop"))
        #expect(last.split(separator: "\r\n").allSatisfy { $0.count <= 80 })
    }

    @Test("respects NO_COLOR, and another size while it runs")
    func plainAndResized() async throws {
        scratch.addCross("cross")
        let terminal = try Terminal(columns: 120, rows: 30)
        let command = try RunningCommand(
            ["run", "--seed", "7", "--market-speed", "40"], in: scratch, terminal: terminal.path,
            environment: ["TERM=xterm", "NO_COLOR=1"])
        #expect(await terminal.wait(for: "unrealized"))
        terminal.resize(columns: 66, rows: 10)
        #expect(await terminal.wait(for: "unreal.\r"), "the narrow headings")
        command.send(SIGTERM)
        #expect(try await command.finish().code == 0)
        terminal.read()
        #expect(!terminal.text.contains("\u{1b}[3") && !terminal.text.contains("\u{1b}[1m"))
        let picture = try #require(terminal.pictures.last)
        #expect(picture.count <= 10 && picture.allSatisfy { $0.count <= 66 }, "\(picture)")
    }

    @Test("a terminal that can do nothing gets lines")
    func dumbTerminal() async throws {
        scratch.addCross("cross")
        let terminal = try Terminal(columns: 80, rows: 24)
        let command = try RunningCommand(
            ["run", "--duration", "0.5"], in: scratch, terminal: terminal.path, environment: ["TERM=dumb"])
        #expect(try await command.finish().code == 0)
        terminal.read()
        #expect(terminal.text.contains("market: simulator") && !terminal.text.contains("\u{1b}"))
    }
}
