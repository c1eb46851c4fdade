import CStrategyABI
import StrategyKit
import StrategyTesting
import Testing

/// Says what it sees of each book.
private struct BookReader: Strategy {
    static let info = StrategyInfo(id: "BookReader", name: "Book reader")
    static let events: EventSet = [.depth]

    mutating func onDepth(_ depth: Depth, _ context: inout Context) {
        func text(_ levels: DepthLevels) -> String {
            levels.map { "\($0.quantity)@\($0.price)" }.joined(separator: " ")
        }
        if let change = depth.changedLevel {
            let level = change.level
            context.log(.info, "\(change.side) \(change.number) is \(level.quantity)@\(level.price)")
        } else {
            context.log(.info, "\(text(depth.bids)) | \(text(depth.asks)) at \(depth.time.nanoseconds)")
        }
    }
}

@Suite("The order book that a strategy sees")
struct DepthTests {
    private static func lines(_ scenario: Scenario) -> [String] {
        scenario.intents.compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }

    @Test("all ten levels of both sides, best first")
    func tenLevels() throws {
        let scenario = try Scenario(BookReader.self)
        let bids = (0..<10).map { (Price(Double(100 - $0)), Quantity(Double($0 + 1))) }
        let asks = (0..<10).map { (Price(Double(101 + $0)), Quantity(Double($0 + 11))) }
        scenario.play(.depth(bids: bids, asks: asks, at: Timestamp(nanoseconds: 5)))
        let expected =
            (0..<10).map { "\($0 + 1)@\(100 - $0)" }.joined(separator: " ") + " | "
            + (0..<10).map { "\($0 + 11)@\(101 + $0)" }.joined(separator: " ") + " at 5"
        #expect(Self.lines(scenario) == [expected])
    }

    @Test("fewer levels, and an empty side")
    func fewer() throws {
        let scenario = try Scenario(BookReader.self)
        scenario.play(.depth(bids: [], asks: [(101, 2), (102, 3), (103, 4), (104, 5)], at: Timestamp(nanoseconds: 1)))
        scenario.play(.depth(bids: [(100, 1)], asks: [], at: Timestamp(nanoseconds: 2)))
        #expect(Self.lines(scenario) == [" | 2@101 3@102 4@103 5@104 at 1", "1@100 |  at 2"])
    }

    @Test("a single record is one level that changed")
    func oneLevel() throws {
        let instance = try RawInstance(BookReader.self)
        var level = strategy_depth_v1_t()
        level.type = UInt16(STRATEGY_EVENT_DEPTH)
        level.side = UInt8(STRATEGY_SIDE_SELL)
        level.level = 3
        level.price = 101 * STRATEGY_PRICE_SCALE
        level.quantity = 7 * STRATEGY_QUANTITY_SCALE
        let records = instance.process([unsafeBitCast(level, to: strategy_event_v1_t.self)]).records
        let text = "sell 3 is 7@101"
        var bytes: [UInt8] = []
        for (index, record) in records.enumerated() {
            withUnsafeBytes(of: record) { bytes += $0.dropFirst(index == 0 ? 24 : 16) }
        }
        #expect(String(decoding: bytes.prefix(text.utf8.count), as: UTF8.self) == text)
    }
}
