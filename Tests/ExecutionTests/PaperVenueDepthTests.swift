import Execution
import Testing
import Trading

@Suite("Paper venue: order books")
struct PaperVenueDepthTests {
    @Test(
        "rule 11: the book and trades match, quotes and bars do not, and nothing before the first book",
        arguments: kinds)
    func rule11(_ script: VenueScript) throws { try script.check() }

    @Test("rule 12: a taker walks the levels, and what is taken is gone until the feed renews it", arguments: walks)
    func rule12(_ script: VenueScript) throws { try script.check() }

    @Test("rule 12: IOC, FOK and protection prices hold over the whole reachable book", arguments: immediate)
    func rule12Immediate(_ script: VenueScript) throws { try script.check() }

    @Test("rule 13: an order waits behind what was shown at its price", arguments: queues)
    func rule13(_ script: VenueScript) throws { try script.check() }

    @Test("rule 14: it trades at once where the market goes through it", arguments: through)
    func rule14(_ script: VenueScript) throws { try script.check() }

    @Test("rule 15: stops trigger at the best price shown or at a trade, and walk", arguments: stops)
    func rule15(_ script: VenueScript) throws { try script.check() }

    private static let usual = "2 at 99, 3 at 98 | 2 at 100, 3 at 101, 5 at 103"

    static let kinds = [
        VenueScript(
            "a quote and a bar are no events",
            [
                .book(usual), .order("buy 1 market"), .quote("99 9 100 9", ["no event"]),
                .bar("100 101 99 100", ["no event"]), .trade("99.5 1", ["#1 1 at 100 taker"]),
            ]),
        VenueScript(
            "trades before the first book are none",
            [
                .order("buy 1 market"), .trade("99.5 1", ["no event"]), .book(usual, ["#1 1 at 100 taker"]),
            ]),
    ]

    static let walks = [
        VenueScript(
            "a market order, a report a level",
            [
                .order("buy 4 market"),
                .book(usual, ["#1 2 at 100 taker", "#1 2 at 101 taker"]),
            ]),
        VenueScript("a sell", [.order("sell 4 market"), .book(usual, ["#1 2 at 99 taker", "#1 2 at 98 taker"])]),
        VenueScript(
            "own orders deplete each other's levels",
            [
                .order("buy 3 market"), .order("buy 3 market by 1"),
                .book(
                    usual,
                    ["#1 2 at 100 taker", "#1 1 at 101 taker", "#2 2 at 101 taker", "#2 1 at 103 taker"]),
            ]),
        VenueScript(
            "and stay so over trades until the feed renews the book",
            [
                .order("buy 3 market"), .book(usual, ["#1 2 at 100 taker", "#1 1 at 101 taker"]),
                .order("buy 3 market"), .trade("100 50", ["#2 2 at 101 taker", "#2 1 at 103 taker"]),
                .order("buy 1 market"), .book(usual, ["#3 1 at 100 taker"]),
            ]),
        VenueScript(
            "one level renews itself alone",
            [
                .order("buy 6 market"), .book(usual, ["#1 2 at 100 taker", "#1 3 at 101 taker", "#1 1 at 103 taker"]),
                .order("buy 2 market"), .level("ask 1: 1 at 101", ["#2 1 at 101 taker", "#2 1 at 103 taker"]),
            ]),
        VenueScript(
            "a level that goes leaves its place to the next",
            [
                .book(usual), .order("buy 1 market"), .level("ask 0: 0 at 100", ["#1 1 at 101 taker"]),
            ]),
        VenueScript(
            "a market order's rest waits for the next book",
            [
                .order("sell 7 market"), .book(usual, ["#1 2 at 99 taker", "#1 3 at 98 taker"]),
                .book("9 at 97 | 1 at 99", ["#1 2 at 97 taker"]),
            ]),
        VenueScript(
            "a limit walks to its limit and rests there",
            [
                .order("buy 9 limit 101"), .book(usual, ["#1 2 at 100 taker", "#1 3 at 101 taker"]),
                .book("1 at 100 | 3 at 101.5"), .book("1 at 100 | 3 at 101, 4 at 102", ["#1 3 at 101 maker"]),
            ]),
        VenueScript(
            "sizes count in whole lots",
            [
                .order("buy 1 market"),
                .book(
                    "1 at 99 | 0.009 at 100, 0.519 at 101, 5 at 102",
                    ["#1 0.51 at 101 taker", "#1 0.49 at 102 taker"]),
            ]),
        VenueScript(
            "slippage makes each level worse",
            [.order("buy 3 market"), .book(usual, ["#1 2 at 101 taker", "#1 1 at 102.01 taker"])]
        ) {
            $0.slippage = rate("0.01")
        },
        VenueScript(
            "an empty side has nothing to walk",
            [.order("buy 1 market"), .book("1 at 99 | "), .book(usual, ["#1 1 at 100 taker"])]),
        VenueScript(
            "latency: an order meets the book of the first event after it",
            [
                .book(usual), .order("buy 1 market"), .pass(second), .trade("100 1"), .pass(second),
                .trade("100 1", ["#1 1 at 100 taker"]),
            ]
        ) {
            $0.latencyNanoseconds = 2 * second
        },
    ]

    static let immediate = [
        VenueScript(
            "IOC takes what it reaches",
            [
                .order("buy 9 limit 101 IOC"),
                .book(usual, ["#1 2 at 100 taker", "#1 3 at 101 taker", "#1 cancelled notFillable"]),
            ]),
        VenueScript(
            "an IOC market order takes the whole book",
            [
                .order("sell 9 market IOC"),
                .book(usual, ["#1 2 at 99 taker", "#1 3 at 98 taker", "#1 cancelled notFillable"]),
            ]),
        VenueScript(
            "an IOC that is not marketable", [.order("buy 1 limit 99 IOC"), .book(usual, ["#1 cancelled notFillable"])]),
        VenueScript(
            "FOK counts all levels within its limit",
            [.order("buy 5 limit 101 FOK"), .book(usual, ["#1 2 at 100 taker", "#1 3 at 101 taker"])]),
        VenueScript(
            "FOK does not count those beyond it",
            [.order("buy 5.01 limit 102 FOK"), .book(usual, ["#1 cancelled notFillable"])]),
        VenueScript(
            "FOK does not count what own orders took",
            [
                .order("buy 1 market"), .order("buy 5 limit 101 FOK"),
                .book(usual, ["#1 1 at 100 taker", "#2 cancelled notFillable"]),
            ]),
        VenueScript(
            "a FOK market order needs its size in the book",
            [
                .order("buy 10 market FOK"), .order("buy 11 market FOK"),
                .book(
                    usual,
                    ["#1 2 at 100 taker", "#1 3 at 101 taker", "#1 5 at 103 taker", "#2 cancelled notFillable"]),
            ]),
        VenueScript(
            "a market order ends where only worse than its protection price is left",
            [
                .order("buy 9 market protect 101"),
                .book(usual, ["#1 2 at 100 taker", "#1 3 at 101 taker", "#1 cancelled protectionPrice"]),
            ]),
        VenueScript(
            "and at once where all is",
            [.order("buy 9 market protect 99.5"), .book(usual, ["#1 cancelled protectionPrice"])]),
        VenueScript(
            "a FOK market order does not count what is worse",
            [.order("buy 6 market protect 101 FOK"), .book(usual, ["#1 cancelled notFillable"])]),
        VenueScript(
            "slippage stops at the protection price",
            [
                .order("buy 2.5 market protect 101"),
                .book(usual, ["#1 2 at 101 taker", "#1 0.5 at 101 taker"]),
            ]
        ) {
            $0.slippage = rate("0.01")
        },
    ]

    static let queues = [
        VenueScript(
            "the shown size goes first",
            [
                .order("buy 1 limit 99"), .book(usual), .trade("99 1.5"), .trade("99 0.5"),
                .trade("99 0.4", ["#1 0.4 at 99 maker"]), .trade("99 5", ["#1 0.6 at 99 maker"]),
            ]),
        VenueScript(
            "one trade may serve the queue and the order",
            [.order("sell 1 limit 100"), .book(usual), .trade("100 2.7", ["#1 0.7 at 100 maker"])]),
        VenueScript(
            "trades by the own side do not count",
            [
                .order("buy 1 limit 99"), .book(usual), .trade("99 9 buy"), .trade("99 2 sell"),
                .trade("99 9 buy"), .trade("99 9 sell", ["#1 1 at 99 maker"]),
            ]),
        VenueScript(
            "a shrinking book shortens the queue, a growing one does not lengthen it",
            [
                .order("buy 1 limit 98"), .book(usual), .book("2 at 99, 1 at 98 | 2 at 100"),
                .book("9 at 98 | 2 at 100"), .trade("98 1.25", ["#1 0.25 at 98 maker"]),
            ]),
        VenueScript(
            "inside the spread and between the levels nobody is ahead",
            [
                .order("buy 1 limit 99.5"), .order("buy 1 limit 98.5"), .book(usual),
                .trade("99.5 0.5", ["#1 0.5 at 99.5 maker"]),
                .trade("98.5 0.75", ["#1 0.5 at 99.5 maker", "#2 0.25 at 98.5 maker"]),
            ]),
        VenueScript(
            "the trade of its arrival is not for it",
            [
                .book(usual), .order("buy 1 limit 99"), .trade("99 50"), .trade("99 2"),
                .trade("99 1", ["#1 1 at 99 maker"]),
            ]),
        VenueScript(
            "beyond the last level the queue is unknown until it is seen",
            [
                .order("buy 1 limit 97"), .book(usual), .trade("97 50", []), .book("4 at 97, 1 at 96 | 2 at 100"),
                .trade("97 3"), .trade("97 2", ["#1 1 at 97 maker"]),
            ]),
        VenueScript(
            "own orders at one price share the queue ahead and follow each other",
            [
                .order("buy 5 limit 99"), .order("buy 5 limit 99 by 1"), .book(usual),
                .trade("99 8", ["#1 5 at 99 maker", "#2 1 at 99 maker"]), .trade("99 9", ["#2 4 at 99 maker"]),
            ]),
        VenueScript(
            "what own orders get of a trade does not serve a longer queue",
            [
                .order("buy 5 limit 98"), .book("1 at 98 | 2 at 100"), .order("buy 5 limit 98"),
                .book("4 at 98 | 2 at 100"), .trade("98 3", ["#1 2 at 98 maker"]),
                .trade("98 6", ["#1 3 at 98 maker"]), .trade("98 1", ["#2 1 at 98 maker"]),
            ]),
        VenueScript(
            "a new price joins a new queue",
            [
                .order("buy 1 limit 99"), .book(usual), .trade("99 2"), .modify("#1 1 limit 98"), .book(usual),
                .modify("#1 1 limit 99"), .book(usual), .trade("99 2"), .trade("99 1", ["#1 1 at 99 maker"]),
            ]),
        VenueScript(
            "more quantity goes to the back, less stays",
            [
                .order("buy 2 limit 99"), .book(usual), .trade("99 2"), .modify("#1 3 limit 99"), .book(usual),
                .trade("99 1"), .modify("#1 2 limit 99"), .trade("99 1"), .trade("99 9", ["#1 2 at 99 maker"]),
            ]),
        VenueScript(
            "touch_fills: the queue does not matter",
            [.order("buy 1 limit 99"), .book(usual), .trade("99 0.5", ["#1 0.5 at 99 maker"])]
        ) {
            $0.touchFills = true
        },
    ]

    static let through = [
        VenueScript(
            "a trade beyond the limit, up to its size",
            [
                .order("buy 3 limit 99"), .book(usual), .trade("98.99 1", ["#1 1 at 99 maker"]),
                // Whoever stood ahead was served.
                .trade("99 0.5", ["#1 0.5 at 99 maker"]),
            ]),
        VenueScript(
            "the other side of the book at the limit, up to what it shows there",
            [
                .order("buy 5 limit 99"), .book(usual),
                .book("1 at 97 | 1 at 98, 2 at 99, 9 at 100", ["#1 1 at 99 maker", "#1 2 at 99 maker"]),
                .trade("100 5"), .book("1 at 97 | 9 at 98.5", ["#1 2 at 99 maker"]),
            ]),
        VenueScript(
            "best price first, each order depletes the book for the next",
            [
                .order("sell 2 limit 101"), .order("sell 2 limit 100.5"), .book(usual),
                .book("3 at 102 | 1 at 103", ["#2 2 at 100.5 maker", "#1 1 at 101 maker"]),
            ]),
    ]

    static let stops = [
        VenueScript(
            "the best price of the book",
            [
                .order("buy 3 stop 100.5"), .book(usual),
                .book(
                    "1 at 99 | 1 at 100.5, 5 at 102",
                    ["#1 triggered at 100.5", "#1 1 at 100.5 taker", "#1 2 at 102 taker"]),
            ]),
        VenueScript(
            "a trade; the stop trades where the book stands",
            [.order("sell 1 stop 98"), .book(usual), .trade("97.5 1", ["#1 triggered at 97.5", "#1 1 at 99 taker"])]),
        VenueScript(
            "a stop-limit walks to its limit and rests",
            [
                .order("buy 3 stop 100.5 limit 101"), .book(usual),
                .book("1 at 99 | 1 at 100.5, 5 at 102", ["#1 triggered at 100.5", "#1 1 at 100.5 taker"]),
                .trade("101 0.5", ["#1 0.5 at 101 maker"]),
            ]),
        VenueScript(
            "one that is not marketable rests from the next event on",
            [
                .order("buy 1 stop 100.5 limit 100.5"), .book(usual),
                .book("1 at 99 | 1 at 101", ["#1 triggered at 101"]),
                .trade("100.5 1", ["#1 1 at 100.5 maker"]),
            ]),
    ]
}
