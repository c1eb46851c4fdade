import Execution
import Testing
import Trading

/// The venue against a second program: Tests/Reference/depth_reference.py makes the same random market and matches it by
/// the documented rules. It prints the rows below.
@Suite("Agreement with the reference in Python on order books")
struct DepthReferenceTests {
    static let rows: [(seed: UInt64, reports: Int, checksum: UInt64)] = [
        (0, 978, 0xe550e61c37aa2e8c),
        (1, 932, 0x8dce86533d2132a4),
        (2, 1090, 0x73e4211726f0a772),
        (3, 1020, 0xaddfd21a3bc1883e),
        (4, 1099, 0x971cafd63d41fdcd),
        (5, 982, 0xef0cec306ad93fc5),
    ]

    @Test("every report of a random market is the reference's", arguments: rows)
    func agreement(_ seed: UInt64, _ reports: Int, _ checksum: UInt64) throws {
        var market = RandomDepthMarket(seed: seed)
        try market.run(steps: 1500)
        #expect(market.lines.count == reports)
        #expect(DepthReferenceTests.checksum(market.lines) == checksum)
    }

    /// FNV-1a of 64 bits over the lines, each with a line feed.
    private static func checksum(_ lines: [String]) -> UInt64 {
        (lines.joined(separator: "\n") + "\n").utf8.reduce(0xcbf2_9ce4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
    }
}

/// Books, trades and orders out of a seed; every draw is in the order in which the reference draws. Prices are in cents,
/// quantities in hundredths.
struct RandomDepthMarket: ~Copyable {
    private var random: SeededRandom
    private var run: VenueRun
    private var mid: Int64 = 10_000
    private var orders: [(isOpen: Bool, isLimit: Bool, quantity: Quantity, filled: Quantity)] = []
    private(set) var lines: [String] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        // A book among the steps makes it a feed with depth.
        run = VenueRun(
            VenueScript("", [.book("|")]) {
                $0.slippage = Rate(raw: Int64(seed % 3) * 1_000_000)
                $0.touchFills = seed % 4 == 3
            })
    }

    mutating func run(steps: Int) throws {
        try book()
        for _ in 0..<steps {
            switch below(10) {
            case 0..<4: try book()
            case 4..<6:
                let price = mid - 3 + below(7)
                let quantity = 1 + below(40)
                let aggressor = ["", " buy", " sell"][Int(below(3))]
                try event(.trade("\(cents(price)) \(hundredths(quantity))\(aggressor)"))
            case 6..<9: try order()
            default: try change()
            }
        }
    }

    private mutating func below(_ bound: UInt64) -> Int64 { Int64(random.next() % bound) }
    private func cents(_ number: Int64) -> Price { Price(raw: number * 10_000_000) }
    private func hundredths(_ number: Int64) -> Quantity { Quantity(raw: number * 1_000_000) }

    private mutating func event(_ step: Step) throws {
        for line in try run.take(step)?.0 ?? [] {
            lines.append(line)
            let words = line.split(separator: " ")
            let index = Int(words[0].dropFirst())! - 1
            if words[1] == "cancelled" { orders[index].isOpen = false }
            guard words[2] == "at", words[1] != "triggered" else { continue }
            orders[index].filled = orders[index].filled + quantity(String(words[1]))
            if orders[index].filled == orders[index].quantity { orders[index].isOpen = false }
        }
    }

    private mutating func book() throws {
        mid = max(mid + below(5) - 2, 9000)
        let bid = mid - 1 - below(2)
        let ask = mid + below(3)
        let bids = side(bid, -1)
        let asks = side(max(ask, bid + 1), 1)
        try event(.book(bids + " | " + asks))
    }

    private mutating func side(_ best: Int64, _ step: Int64) -> String {
        let count = below(6) == 0 ? below(11) : 10
        var price = best
        var levels: [String] = []
        for _ in 0..<count {
            let quantity = 1 + below(20)
            levels.append("\(hundredths(quantity)) at \(cents(price))")
            price += step * (1 + below(2))
        }
        return levels.joined(separator: ", ")
    }

    private mutating func order() throws {
        let isBuy = below(2) == 0
        let kind = ["market", "limit", "limit", "limit", "limit", "stop", "stop-limit"][Int(below(7))]
        let quantity = hundredths(1 + below(40))
        let limit = cents(mid - 6 + below(13))
        let away = 1 + below(4)
        let timeInForce = ["", "", "", " IOC", " FOK"][Int(below(5))]
        let stop = cents(isBuy ? mid + away : mid - away)
        let text =
            switch kind {
            case "market": "market" + timeInForce
            case "limit": "limit \(limit)" + timeInForce
            case "stop": "stop \(stop)"
            default: "stop \(stop) limit \(limit)"
            }
        _ = try run.take(.order("\(isBuy ? "buy" : "sell") \(quantity) \(text)"))
        orders.append((true, kind == "limit", quantity, .zero))
    }

    private mutating func change() throws {
        let index = orders.count - 1 - Int(below(8))
        let total = hundredths(1 + below(40))
        let limit = cents(mid - 6 + below(13))
        let isCancel = below(3) == 0
        guard index >= 0, orders[index].isOpen else { return }
        if isCancel {
            orders[index].isOpen = false
            _ = try run.take(.cancel(UInt64(index + 1)))
        } else if orders[index].isLimit, total > orders[index].filled {
            orders[index].quantity = total
            _ = try run.take(.modify("#\(index + 1) \(total) limit \(limit)"))
        }
    }
}
