import Execution
import Testing
import Trading

@Suite("Paper venue: limits")
struct PaperVenueLimitTests {
    @Test("rule 2: within one event market orders, stops, then limits best first", arguments: sequence)
    func rule2(_ script: VenueScript) throws { try script.check() }

    @Test("rule 2: priority is the order of acceptance; more quantity or another price loses it", arguments: priority)
    func rule2Priority(_ script: VenueScript) throws { try script.check() }

    @Test("rule 4: a marketable limit trades on arrival as taker, at the market", arguments: arrival)
    func rule4(_ script: VenueScript) throws { try script.check() }

    @Test("rule 5: a resting limit trades as maker when the market goes through it", arguments: restingOnBars)
    func rule5Bars(_ script: VenueScript) throws { try script.check() }

    @Test("rule 5: on quotes and trades", arguments: restingOnTicks)
    func rule5Ticks(_ script: VenueScript) throws { try script.check() }

    static let sequence = [
        VenueScript(
            "one of each kind, sent in the opposite order",
            [
                .order("sell 1 limit 90"), .order("buy 1 limit 110"), .order("buy 1 stop 95"), .order("buy 1 market"),
                .bar(
                    "100 101 99 100",
                    [
                        "#4 1 at 100 taker", "#3 triggered at 100", "#3 1 at 100 taker", "#2 1 at 100 taker",
                        "#1 1 at 100 taker",
                    ]),
            ]),
        VenueScript(
            "buys before sells, the better price first, then priority",
            [
                .order("sell 1 limit 101"), .order("sell 1 limit 100.5"), .order("buy 1 limit 99"),
                .order("buy 1 limit 99.5"),
                .order("buy 1 limit 99.5"), .order("sell 1 limit 100.5"),
                .bar(
                    "100 102 98 100",
                    [
                        "#4 1 at 99.5 maker", "#5 1 at 99.5 maker", "#3 1 at 99 maker", "#2 1 at 100.5 maker",
                        "#6 1 at 100.5 maker", "#1 1 at 101 maker",
                    ]),
            ]),
        VenueScript(
            "stops by priority, each traded before the next is looked at",
            [
                .order("sell 1 stop 98"), .order("buy 1 stop 102"), .order("sell 1 stop 99"),
                .bar(
                    "100 103 97 100",
                    [
                        "#1 triggered at 98", "#1 1 at 98 taker", "#2 triggered at 102", "#2 1 at 102 taker",
                        "#3 triggered at 99", "#3 1 at 99 taker",
                    ]),
            ]),
    ]

    private static let two: [Step] = [.order("buy 1 limit 100"), .order("buy 1 limit 100"), .quote("99 0 101 0")]

    static let priority = [
        VenueScript("acceptance", two + [.quote("99 0 100 1", ["#1 1 at 100 maker"])]),
        VenueScript(
            "more quantity goes to the back",
            two + [.modify("#1 2 limit 100"), .quote("99 0 100 1", ["#2 1 at 100 maker"])]),
        VenueScript(
            "less quantity stays",
            [.order("buy 2 limit 100")] + two + [
                .modify("#1 1 limit 100"), .quote("99 0 100 1", ["#1 1 at 100 maker"]),
            ]),
        VenueScript(
            "another price goes to the back, even after it comes home",
            two + [
                .modify("#1 1 limit 99"), .modify("#1 1 limit 100"), .quote("99 0 101 0"),
                .quote("99 0 100 1", ["#2 1 at 100 maker"]),
            ]),
        VenueScript(
            "a modify's quantity is the total, fills so far included",
            [
                .order("buy 5 limit 100"), .quote("99 0 100 2", ["#1 2 at 100 taker"]), .modify("#1 3 limit 100"),
                .quote("99 0 100 9", ["#1 1 at 100 maker"]),
            ]),
        VenueScript(
            "market orders keep theirs over partial fills",
            [
                .order("buy 3 market"), .order("buy 1 market"), .trade("100 2", ["#1 2 at 100 taker"]),
                .trade("100 2", ["#1 1 at 100 taker", "#2 1 at 100 taker"]),
            ]),
    ]

    static let arrival = [
        VenueScript(
            "bar: the open, not the limit", [.order("buy 1 limit 101"), .bar("100 102 99 100", ["#1 1 at 100 taker"])]),
        VenueScript("bar: a sell", [.order("sell 1 limit 99"), .bar("100 102 99 100", ["#1 1 at 100 taker"])]),
        VenueScript(
            "bar: an open exactly at the limit is marketable",
            [.order("buy 1 limit 100"), .bar("100 102 99 100", ["#1 1 at 100 taker"])]),
        VenueScript(
            "bar: not marketable at the open, it rests for the bar's range",
            [.order("buy 1 limit 99.5"), .bar("100 102 99 100", ["#1 1 at 99.5 maker"])]),
        VenueScript("quote: the ask", [.order("buy 1 limit 101"), .quote("99 0 100 0", ["#1 1 at 100 taker"])]),
        VenueScript("quote: the bid", [.order("sell 1 limit 98"), .quote("99 0 100 0", ["#1 1 at 99 taker"])]),
        VenueScript(
            "quote: an empty side is not marketable",
            [.order("buy 1 limit 101"), .quote("99 0 0 0"), .quote("99 0 100 0", ["#1 1 at 101 maker"])]),
        VenueScript("trade: its price", [.order("buy 1 limit 101"), .trade("100 9", ["#1 1 at 100 taker"])]),
        VenueScript(
            "trade: exactly at the limit is marketable",
            [.order("sell 1 limit 100"), .trade("100 9", ["#1 1 at 100 taker"])]),
        VenueScript(
            "after a taker's part the rest is a maker",
            [.order("buy 3 limit 101"), .trade("100 1", ["#1 1 at 100 taker"]), .trade("100 1", ["#1 1 at 101 maker"])]),
        VenueScript(
            "a new price arrives as a taker again",
            [
                .order("buy 1 limit 99"), .quote("99 0 100 0"), .modify("#1 1 limit 101"),
                .quote("99 0 100 0", ["#1 1 at 100 taker"]),
            ]),
    ]

    static let restingOnBars = [
        VenueScript("touching is not enough", [.order("buy 1 limit 99"), .bar("100 101 99 100")]),
        VenueScript("a tick beyond is", [.order("buy 1 limit 99"), .bar("100 101 98.99 100", ["#1 1 at 99 maker"])]),
        VenueScript("a sell touched", [.order("sell 1 limit 101"), .bar("100 101 99 100")]),
        VenueScript(
            "a sell traded through", [.order("sell 1 limit 101"), .bar("100 101.01 99 100", ["#1 1 at 101 maker"])]),
        VenueScript(
            "touch_fills: touching is enough",
            [
                .order("buy 1 limit 99"), .order("sell 1 limit 101"),
                .bar("100 101 99 100", ["#1 1 at 99 maker", "#2 1 at 101 maker"]),
            ]
        ) {
            $0.touchFills = true
        },
        VenueScript("touch_fills: a tick short is not", [.order("buy 1 limit 98.99"), .bar("100 101 99 100")]) {
            $0.touchFills = true
        },
        VenueScript(
            "a gap fills at the open, as maker",
            [.order("buy 1 limit 99"), .bar("100 101 99.5 100"), .bar("97 98 96 97", ["#1 1 at 97 maker"])]),
        VenueScript(
            "an open exactly at a resting limit fills",
            [.order("buy 1 limit 99"), .bar("100 101 99.5 100"), .bar("99 100 99 100", ["#1 1 at 99 maker"])]),
        VenueScript(
            "a gap for a sell",
            [.order("sell 1 limit 101"), .bar("100 100.5 99 100"), .bar("103 104 102 103", ["#1 1 at 103 maker"])]),
    ]

    private static let resting: [Step] = [
        .order("buy 1 limit 99"), .order("sell 1 limit 101"), .quote("99.5 0 100.5 0"),
    ]

    static let restingOnTicks = [
        VenueScript(
            "quote: an ask at the limit fills a buy at its limit", resting + [.quote("98 0 99 0", ["#1 1 at 99 maker"])]
        ),
        VenueScript("quote: an ask below it too, at the limit", resting + [.quote("97 0 98 0", ["#1 1 at 99 maker"])]),
        VenueScript("quote: an ask above it does not", resting + [.quote("99 0 99.01 0")]),
        VenueScript("quote: a bid at the limit fills a sell", resting + [.quote("101 0 102 0", ["#2 1 at 101 maker"])]),
        VenueScript("quote: an empty side fills nothing", resting + [.quote("0 0 0 0")]),
        VenueScript("trade: at the limit does not", resting + [.trade("99 9"), .trade("101 9")]),
        VenueScript(
            "trade: beyond it does, at the limit",
            resting + [.trade("98.99 9", ["#1 1 at 99 maker"]), .trade("101.01 9", ["#2 1 at 101 maker"])]),
        VenueScript(
            "trade, touch_fills: at the limit does",
            resting + [.trade("99 9", ["#1 1 at 99 maker"]), .trade("101 9", ["#2 1 at 101 maker"])]
        ) {
            $0.touchFills = true
        },
    ]
}
