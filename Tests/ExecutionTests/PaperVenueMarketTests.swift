import Execution
import Testing
import Trading

@Suite("Paper venue: when an order can trade, and market orders")
struct PaperVenueMarketTests {
    @Test("rule 1: from the next event on, and not before the latency has passed", arguments: arrival)
    func rule1(_ script: VenueScript) throws { try script.check() }

    @Test("rule 3: a market order trades at the event's price, made worse by slippage", arguments: market + slippage)
    func rule3(_ script: VenueScript) throws { try script.check() }

    @Test("rule 3: with a protection price it does not trade beyond that", arguments: protection)
    func rule3Protection(_ script: VenueScript) throws { try script.check() }

    @Test("rule 11: DAY orders expire at the first event of a later day, GTC stay", arguments: expiry)
    func rule11(_ script: VenueScript) throws { try script.check() }

    static let arrival = [
        VenueScript(
            "the next event",
            [
                .bar("100 101 99 100"), .order("buy 2 market"),
                .bar("100.5 101 99 100", ["#1 2 at 100.5 taker"]), .bar("100 101 99 100"),
            ]),
        VenueScript(
            "an order sent while an event is handled waits for the next one",
            [
                .order("buy 1 market"), .uponReport(.order("sell 1 market")), .uponReport(.order("buy 1 stop 90")),
                .uponReport(.order("buy 1 limit 110")), .bar("100 101 99 100", ["#1 1 at 100 taker"]),
                .bar(
                    "101 102 100 101",
                    ["#2 1 at 101 taker", "#3 triggered at 101", "#3 1 at 101 taker", "#4 1 at 101 taker"]),
            ]),
        VenueScript(
            "a price changed while an event is handled arrives in the next one",
            [
                .order("buy 1 market"), .order("buy 1 limit 90"), .uponReport(.modify("#2 1 limit 110")),
                .bar("100 101 99 100", ["#1 1 at 100 taker"]), .bar("101 102 100 101", ["#2 1 at 101 taker"]),
            ]),
        VenueScript(
            "an order cancelled while an event is handled is gone",
            [
                .order("buy 1 market"), .order("buy 1 market"), .uponReport(.cancel(2)),
                .bar("100 101 99 100", ["#1 1 at 100 taker"]),
            ]),
        VenueScript(
            "a triggered order that is cancelled before it trades is gone",
            [
                .order("sell 1 stop 99"), .uponReport(.cancel(1)),
                .bar("100 101 98 100", ["#1 triggered at 99"]),
            ]),
        VenueScript(
            "the rest of an immediate order that is cancelled first is not cancelled again",
            [
                .order("buy 5 market IOC"), .uponReport(.cancel(1)), .uponReport(.order("buy 1 limit 50")),
                .trade("100 2", ["#1 2 at 100 taker"]),
            ]),
        VenueScript(
            "each kind waits for its latency, an event exactly at its end counts",
            [
                .order("buy 1 market"), .order("buy 1 limit 105"), .order("buy 1 stop 100"),
                .pass(999), .quote("99 0 100 0"),
                .pass(1),
                .quote(
                    "99 0 101 0",
                    ["#1 1 at 101 taker", "#3 triggered at 101", "#3 1 at 101 taker", "#2 1 at 101 taker"]),
            ]
        ) { $0.latencyNanoseconds = 1000 },
        VenueScript(
            "a bar is judged by its close, the time at which it is known",
            [
                .order("buy 1 market"), .pass(59 * second), .bar("100 101 99 100"),
                .bar("101 102 99 100", ["#1 1 at 101 taker"]),
            ]
        ) { $0.latencyNanoseconds = 60 * second },
        VenueScript(
            "a changed price arrives anew, latency included",
            [
                .order("buy 1 limit 90"), .pass(1000), .quote("99 0 100 0"), .modify("#1 1 limit 100"),
                .pass(999), .quote("99 0 100 0"), .pass(1), .quote("99 0 99.5 0", ["#1 1 at 99.5 taker"]),
            ]
        ) { $0.latencyNanoseconds = 1000 },
        VenueScript(
            "a changed quantity does not",
            [
                .order("buy 1 limit 100"), .pass(1000), .quote("100 0 101 0"), .modify("#1 2 limit 100"),
                .pass(1), .quote("99 0 99.5 0", ["#1 2 at 100 maker"]),
            ]
        ) { $0.latencyNanoseconds = 1000 },
        VenueScript(
            "a cancelled order cannot trade any more, latency or not",
            [.order("buy 1 market"), .cancel(1), .pass(1), .quote("99 0 100 0")]
        ) { $0.latencyNanoseconds = 1000 },
    ]

    static let market = [
        VenueScript("bar: the open", [.order("sell 2 market"), .bar("100 120 80 110", ["#1 2 at 100 taker"])]),
        VenueScript(
            "quote: a buy meets the ask", [.order("buy 2 market"), .quote("99 5 101 5", ["#1 2 at 101 taker"])]),
        VenueScript(
            "quote: a sell meets the bid", [.order("sell 2 market"), .quote("99 5 101 5", ["#1 2 at 99 taker"])]),
        VenueScript("trade: its price", [.order("sell 2 market"), .trade("100.5 5", ["#1 2 at 100.5 taker"])]),
        VenueScript(
            "an empty side is waited for",
            [.order("buy 2 market"), .quote("99 5 0 0"), .quote("99 5 102 5", ["#1 2 at 102 taker"])]),
        VenueScript(
            "by priority",
            [
                .order("buy 1 market"), .order("sell 1 market"),
                .bar("100 101 99 100", ["#1 1 at 100 taker", "#2 1 at 100 taker"]),
            ]),
    ]

    /// 0.015 %: 100 → 100.015 and 99.985, both between ticks of 0.01.
    private static func basisPointAndAHalf(_ terms: inout VenueTerms) { terms.slippage = rate("0.00015") }

    static let slippage = [
        VenueScript(
            "a buy rounds up", [.order("buy 1 market"), .bar("100 101 99 100", ["#1 1 at 100.02 taker"])],
            terms: basisPointAndAHalf),
        VenueScript(
            "a sell rounds down", [.order("sell 1 market"), .bar("100 101 99 100", ["#1 1 at 99.98 taker"])],
            terms: basisPointAndAHalf),
        VenueScript(
            "on a quote", [.order("sell 1 market"), .quote("100 0 100.1 0", ["#1 1 at 99.98 taker"])],
            terms: basisPointAndAHalf),
        VenueScript(
            "on a trade", [.order("buy 1 market"), .trade("100 9", ["#1 1 at 100.02 taker"])], terms: basisPointAndAHalf
        ),
        VenueScript(
            "exactly on a tick it is not rounded",
            [.order("buy 1 market"), .bar("100 101 99 100", ["#1 1 at 100.1 taker"])]
        ) {
            $0.slippage = rate("0.001")
        },
        VenueScript(
            "a price off the tick is rounded, without slippage too",
            [
                .order("buy 1 market"), .order("sell 1 market"),
                .bar("100.005 101 99 100", ["#1 1 at 100.01 taker", "#2 1 at 100 taker"]),
            ]),
        VenueScript(
            "a sell never goes below one tick",
            [.order("sell 1 market"), .bar("100 101 99 100", ["#1 1 at 0.01 taker"])]
        ) {
            $0.slippage = rate("2")
        },
        VenueScript(
            "a limit's taker fill has none",
            [.order("buy 1 limit 101"), .bar("100 101 99 100", ["#1 1 at 100 taker"])], terms: basisPointAndAHalf),
        VenueScript(
            "a maker's fill has none", [.order("buy 1 limit 99.5"), .bar("100 101 99 100", ["#1 1 at 99.5 maker"])],
            terms: basisPointAndAHalf),
    ]

    static let protection = [
        VenueScript(
            "within it trades", [.order("buy 1 market protect 101"), .quote("99 0 101 0", ["#1 1 at 101 taker"])]),
        VenueScript(
            "beyond it ends",
            [.order("buy 1 market protect 101"), .quote("99 0 101.01 0", ["#1 cancelled protectionPrice"])]),
        VenueScript(
            "a sell", [.order("sell 1 market protect 99"), .quote("98.99 0 101 0", ["#1 cancelled protectionPrice"])]),
        VenueScript(
            "slippage goes no farther than it",
            [.order("buy 1 market protect 100.01"), .bar("100 101 99 100", ["#1 1 at 100.01 taker"])],
            terms: basisPointAndAHalf),
        VenueScript(
            "nor for a sell", [.order("sell 1 market protect 99.99"), .bar("100 101 99 100", ["#1 1 at 99.99 taker"])],
            terms: basisPointAndAHalf),
        VenueScript(
            "the rest of a partial fill ends when the market runs away",
            [
                .order("buy 5 market protect 101"), .quote("99 2 100 2", ["#1 2 at 100 taker"]),
                .quote("100 2 102 2", ["#1 cancelled protectionPrice"]),
            ]),
        VenueScript(
            "a triggered stop has its own",
            [
                .order("sell 1 stop 99 protect 98"),
                .bar("97 98 96 97", ["#1 triggered at 97", "#1 cancelled protectionPrice"]),
            ]),
    ]

    private static let day = 24 * 3600 * second

    static let expiry = [
        VenueScript(
            "before anything else in the first event of the next day",
            [
                .order("buy 1 market DAY"), .order("buy 1 market"), .pass(day / 2),
                .bar("100 101 99 100", ["#1 expired dayEnd", "#2 1 at 100 taker"]),
            ]),
        VenueScript(
            "the last nanosecond of the day still trades",
            [.order("buy 1 market DAY"), .pass(day / 2 - 1), .trade("100 9", ["#1 1 at 100 taker"])]),
        VenueScript(
            "the account's day starts where it says: at 13:00 the one of 12:00 is over",
            dayOffset: 13 * 3600 * second,
            [
                .order("buy 1 limit 90 DAY"), .pass(3600 * second - 1), .bar("100 101 99 100"), .pass(1),
                .bar("100 101 80 100", ["#1 expired dayEnd"]),
            ]),
        VenueScript(
            "a dormant stop expires too",
            [.order("buy 1 stop 110 DAY"), .pass(3 * day), .bar("120 121 119 120", ["#1 expired dayEnd"])]),
        VenueScript(
            "even while its latency runs",
            [.order("buy 1 market DAY"), .pass(day), .trade("100 9", ["#1 expired dayEnd"])]
        ) { $0.latencyNanoseconds = 2 * day },
        VenueScript(
            "GTC stays", [.order("buy 1 limit 90"), .pass(40 * day), .bar("100 101 85 100", ["#1 1 at 90 maker"])]),
        VenueScript(
            "the rest of a partial fill expires",
            [
                .order("buy 5 limit 100 DAY"), .trade("99 2", ["#1 2 at 99 taker"]), .pass(day),
                .trade("99 2", ["#1 expired dayEnd"]),
            ]),
    ]
}
