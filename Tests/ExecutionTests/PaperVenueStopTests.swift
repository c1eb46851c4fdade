import Execution
import Testing
import Trading

@Suite("Paper venue: stops, immediate orders and size")
struct PaperVenueStopTests {
    @Test("rule 6: a stop triggers at its price and trades like a market order", arguments: stops)
    func rule6(_ script: VenueScript) throws { try script.check() }

    @Test("rule 7: a stop-limit is a limit order from its trigger on", arguments: stopLimits)
    func rule7(_ script: VenueScript) throws { try script.check() }

    @Test("rule 8: IOC and FOK trade on arrival or end", arguments: immediate)
    func rule8(_ script: VenueScript) throws { try script.check() }

    @Test("rule 9: own fills use up a size, over all orders and strategies", arguments: sizes)
    func rule9(_ script: VenueScript) throws { try script.check() }

    @Test("rule 10: stops come before targets, and the gate judges a trigger", arguments: stopsFirst)
    func rule10(_ script: VenueScript) throws { try script.check() }

    static let stops = [
        VenueScript(
            "bar: the open first, a gap trades at the open",
            [.order("sell 1 stop 99"), .bar("97 98 96 97", ["#1 triggered at 97", "#1 1 at 97 taker"])]),
        VenueScript(
            "bar: else the low, at the stop price",
            [.order("sell 1 stop 99"), .bar("100 101 98 100", ["#1 triggered at 99", "#1 1 at 99 taker"])]),
        VenueScript(
            "bar: a low at the stop price is enough",
            [.order("sell 1 stop 99"), .bar("100 101 99 100", ["#1 triggered at 99", "#1 1 at 99 taker"])]),
        VenueScript("bar: a tick above it is not", [.order("sell 1 stop 98.99"), .bar("100 101 99 100")]),
        VenueScript(
            "bar: a buy by the high",
            [.order("buy 1 stop 101"), .bar("100 101 99 100", ["#1 triggered at 101", "#1 1 at 101 taker"])]),
        VenueScript(
            "bar: a buy's gap",
            [.order("buy 1 stop 101"), .bar("103 104 102 103", ["#1 triggered at 103", "#1 1 at 103 taker"])]),
        VenueScript(
            "slippage is added to the stop price",
            [
                .order("buy 1 stop 101"), .order("sell 1 stop 99"),
                .bar(
                    "100 101 99 100",
                    ["#1 triggered at 101", "#1 1 at 101.11 taker", "#2 triggered at 99", "#2 1 at 98.9 taker"]),
            ]
        ) {
            $0.slippage = rate("0.001")
        },
        VenueScript(
            "quote: the ask triggers a buy",
            [
                .order("buy 1 stop 101"), .quote("101 0 100.99 0"),
                .quote("100 0 101 0", ["#1 triggered at 101", "#1 1 at 101 taker"]),
            ]),
        VenueScript(
            "quote: the bid triggers a sell",
            [
                .order("sell 1 stop 99"), .quote("99.01 0 99.5 0"),
                .quote("98.5 0 99.5 0", ["#1 triggered at 98.5", "#1 1 at 98.5 taker"]),
            ]),
        VenueScript("quote: an empty side triggers nothing", [.order("sell 1 stop 99"), .quote("0 0 98 0")]),
        VenueScript(
            "trade: its price",
            [.order("sell 1 stop 99"), .trade("99.01 9"), .trade("99 9", ["#1 triggered at 99", "#1 1 at 99 taker"])]),
        VenueScript(
            "what the size leaves over works on as a market order",
            [
                .order("sell 3 stop 99"), .trade("99 1", ["#1 triggered at 99", "#1 1 at 99 taker"]),
                .trade("105 9", ["#1 2 at 105 taker"]),
            ]),
        VenueScript(
            "a moved stop waits for the next event",
            [
                .order("sell 1 stop 90"), .trade("100 9"), .modify("#1 1 stop 100"),
                .trade("100 9", ["#1 triggered at 100", "#1 1 at 100 taker"]),
            ]),
    ]

    static let stopLimits = [
        VenueScript(
            "marketable at the open: taker there",
            [
                .order("buy 1 stop 101 limit 103"),
                .bar("102 104 101 103", ["#1 triggered at 102", "#1 1 at 102 taker"]),
            ]),
        VenueScript(
            "marketable at the stop price: taker there",
            [.order("buy 1 stop 101 limit 101"), .bar("100 102 99 100", ["#1 triggered at 101", "#1 1 at 101 taker"])]),
        VenueScript(
            "no slippage",
            [.order("buy 1 stop 101 limit 102"), .bar("100 102 99 100", ["#1 triggered at 101", "#1 1 at 101 taker"])]
        ) { $0.slippage = rate("0.01") },
        VenueScript(
            "gapped over its limit it rests, from the next event on",
            [
                .order("buy 1 stop 101 limit 102"), .bar("105 106 100 105", ["#1 triggered at 105"]),
                .bar("105 106 101 105", ["#1 1 at 102 maker"]),
            ]),
        VenueScript(
            "a sell",
            [
                .order("sell 1 stop 99 limit 98"), .quote("97 0 100 0", ["#1 triggered at 97"]),
                .quote("98 0 100 0", ["#1 1 at 98 maker"]),
            ]),
        VenueScript(
            "a limit worse for the trader than the stop rests at once",
            [
                .order("sell 1 stop 99 limit 99.5"), .trade("99 9", ["#1 triggered at 99"]),
                .trade("99.51 9", ["#1 1 at 99.5 maker"]),
            ]),
        VenueScript(
            "what the size leaves over rests as maker",
            [
                .order("buy 3 stop 101 limit 102"), .trade("101 1", ["#1 triggered at 101", "#1 1 at 101 taker"]),
                .trade("101 9", ["#1 2 at 102 maker"]),
            ]),
    ]

    static let immediate = [
        VenueScript(
            "IOC limit: what is shown, the rest ends",
            [.order("buy 5 limit 101 IOC"), .quote("99 1 100 2", ["#1 2 at 100 taker", "#1 cancelled notFillable"])]),
        VenueScript(
            "IOC limit: all of it", [.order("buy 2 limit 101 IOC"), .quote("99 1 100 2", ["#1 2 at 100 taker"])]),
        VenueScript(
            "IOC limit: not marketable ends",
            [.order("buy 1 limit 99 IOC"), .quote("98 1 100 2", ["#1 cancelled notFillable"])]),
        VenueScript(
            "IOC limit: on bars only the open counts",
            [.order("buy 1 limit 99 IOC"), .bar("100 101 90 100", ["#1 cancelled notFillable"])]),
        VenueScript(
            "IOC limit: marketable at the open",
            [.order("buy 1 limit 100 IOC"), .bar("100 101 90 100", ["#1 1 at 100 taker"])]),
        VenueScript(
            "IOC limit: an empty side ends it",
            [.order("buy 1 limit 99 IOC"), .quote("98 1 0 0", ["#1 cancelled notFillable"])]),
        VenueScript(
            "IOC market: what is shown, the rest ends",
            [.order("sell 5 market IOC"), .trade("100 2", ["#1 2 at 100 taker", "#1 cancelled notFillable"])]),
        VenueScript(
            "IOC market: an empty side ends it",
            [.order("buy 1 market IOC"), .quote("99 1 0 0", ["#1 cancelled notFillable"])]),
        VenueScript(
            "IOC market: a size used up ends it",
            [
                .order("buy 2 market"), .order("buy 1 market IOC"),
                .trade("100 2", ["#1 2 at 100 taker", "#2 cancelled notFillable"]),
            ]),
        VenueScript(
            "FOK limit: all of it", [.order("buy 2 limit 100 FOK"), .quote("99 1 100 2", ["#1 2 at 100 taker"])]),
        VenueScript(
            "FOK limit: not all is nothing",
            [.order("buy 2.01 limit 100 FOK"), .quote("99 1 100 2", ["#1 cancelled notFillable"])]),
        VenueScript(
            "FOK limit: not marketable ends",
            [.order("sell 1 limit 101 FOK"), .trade("100 5", ["#1 cancelled notFillable"])]),
        VenueScript(
            "FOK market: not all is nothing, and takes no size",
            [
                .order("buy 3 market FOK"), .order("buy 2 market"),
                .quote("99 1 100 2", ["#1 cancelled notFillable", "#2 2 at 100 taker"]),
            ]),
        VenueScript(
            "FOK market: an empty side ends it",
            [.order("sell 1 market FOK"), .quote("0 0 100 1", ["#1 cancelled notFillable"])]),
        VenueScript(
            "FOK on a bar without a volume share is always all",
            [.order("buy 900 limit 100 FOK"), .bar("100 101 90 100 1", ["#1 900 at 100 taker"])]),
        VenueScript(
            "latency is part of the way to arrival",
            [
                .order("buy 1 limit 99 IOC"), .pass(1), .quote("98 1 100 2"), .pass(999),
                .quote("98 1 99 2", ["#1 1 at 99 taker"]),
            ]
        ) {
            $0.latencyNanoseconds = 1000
        },
    ]

    static let sizes = [
        VenueScript(
            "quote: shared by market and limit, and by strategies",
            [
                .order("buy 2 market"), .order("buy 2 limit 101 by 1"),
                .quote("99 9 100 3", ["#1 2 at 100 taker", "#2 1 at 100 taker"]),
            ]),
        VenueScript(
            "quote: each side has its own",
            [
                .order("buy 3 market"), .order("sell 2 market"),
                .quote("99 2 100 3", ["#1 3 at 100 taker", "#2 2 at 99 taker"]),
            ]),
        VenueScript(
            "quote: the next one is new",
            [
                .order("buy 5 market"), .quote("99 1 100 3", ["#1 3 at 100 taker"]),
                .quote("99 1 100 3", ["#1 2 at 100 taker"]),
            ]),
        VenueScript(
            "quote: size 0 with a price is unknown, so without limit",
            [.order("buy 500 market"), .quote("99 0 100 0", ["#1 500 at 100 taker"])]),
        VenueScript(
            "trade: both sides share its quantity",
            [
                .order("buy 2 market"), .order("sell 2 market by 1"),
                .trade("100 3", ["#1 2 at 100 taker", "#2 1 at 100 taker"]),
            ]),
        VenueScript("trade: quantity 0 gives nothing", [.order("buy 2 market"), .trade("100 0")]),
        VenueScript(
            "bar: no limit without a volume share",
            [.order("buy 500 market"), .bar("100 101 99 100 3", ["#1 500 at 100 taker"])]),
        VenueScript(
            "bar: a tenth of the volume over all orders",
            [
                .order("buy 2 market"), .order("sell 2 limit 99 by 1"),
                .bar("100 101 98 100 30", ["#1 2 at 100 taker", "#2 1 at 100 taker"]),
            ]
        ) {
            $0.volumeShare = rate("0.1")
        },
        VenueScript("bar: a share of no volume is nothing", [.order("buy 2 market"), .bar("100 101 98 100 0")]) {
            $0.volumeShare = rate("0.1")
        },
        VenueScript(
            "only whole lots of a size", [.order("buy 2 market"), .trade("100 0.019", ["#1 0.01 at 100 taker"])]),
        VenueScript("a size below a lot gives nothing", [.order("buy 2 market"), .trade("100 0.009")]),
        VenueScript(
            "makers share it too, best price first",
            [
                .order("buy 2 limit 99"), .order("buy 2 limit 99.5"), .quote("98 0 100 0"),
                .quote("97 0 98 3", ["#2 2 at 99.5 maker", "#1 1 at 99 maker"]),
            ]),
        VenueScript(
            "an order that finds nothing left has arrived and rests",
            [
                .order("buy 2 market"), .order("buy 1 limit 101"), .trade("100 2", ["#1 2 at 100 taker"]),
                .trade("100 2", ["#2 1 at 101 maker"]),
            ]),
    ]

    static let stopsFirst = [
        VenueScript(
            "both inside the bar: the stop",
            [
                .order("sell 1 limit 105"), .order("sell 1 stop 95"),
                .bar("100 110 90 100", ["#2 triggered at 95", "#2 1 at 95 taker", "#1 1 at 105 maker"]),
            ]),
        VenueScript(
            "a refused trigger does not trade, and the event goes on",
            [
                .refuseTriggers, .order("sell 1 stop 95"), .order("sell 1 limit 105"),
                .bar("100 110 90 100", ["#1 trigger at 95 refused", "#2 1 at 105 maker"]),
            ]),
        VenueScript(
            "a stop's size comes first too",
            [
                .order("sell 2 limit 99"), .order("sell 2 stop 100"),
                .trade("100 3", ["#2 triggered at 100", "#2 2 at 100 taker", "#1 1 at 100 taker"]),
            ]),
    ]
}
