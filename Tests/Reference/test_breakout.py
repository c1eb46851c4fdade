"""Breakout's rules, event by event, against a market worked out by hand."""

import unittest

from backtest_reference import run
from breakout import Breakout
from money import Ledger, parse_decimal
from events import Bar, Trade
from venue import Venue


def p(text: str) -> int:
    return parse_decimal(text, 9)


def q(text: str) -> int:
    return parse_decimal(text, 8)


def trades(*rows: str) -> list[Trade]:
    return [Trade(time, p(row.split()[0]), q(row.split()[1])) for time, row in enumerate(rows)]


MARKET = trades(
    "10 1",
    "11 1",
    "12 1",  # 2: above 10 and 11: buy limit 12
    "11.5 4",  # 3: arrives, takes 4
    "12.5 5",  # 4: rests; patience ends: cancel
    "12 5",  # 5: cancel confirmed, below 12.5: sell 4 at 12
    "11 5",  # 6: not marketable; chased to 11
    "11.25 1",  # 7: arrives anew, takes 1; chased to 11.25
    "11.25 10",  # 8: takes 3, flat
    "11.2 1",  # 9: below 11.25: sell short limit 11.2
    "11.3 100",  # 10: takes 10 at 11.3; above 11.2: buy 10 at 11.3
    "11.4 1",  # 11: chased to 11.4
    "11.4 1",  # 12: takes 1; the price is the order's already: it rests
    "11.4 50",  # 13: touches only
    "11.3 4",  # 14: beyond: 4 at 11.4 as maker; chased to 11.3
    "11.25 50",  # 15: takes 5, flat; below 11.4 and 11.3: sell short again
)


def backtest(events, both: bool = True, quantity: str = "10", patience: int = 2):
    venue = Venue(tick=p("0.01"))
    ledger = Ledger(cash=0)
    fills = run(Breakout(2, 1, q(quantity), patience, both), events, venue, ledger)
    return venue, ledger, [(f["time_ns"], f["side"], f["price"], f["quantity"], f["liquidity"]) for f in fills]


class BreakoutTests(unittest.TestCase):
    def test_partial_entry_patience_chase_and_short(self):
        venue, ledger, fills = backtest(MARKET)
        self.assertEqual(
            fills,
            [
                (3, "buy", "11.5", "4", "taker"),
                (7, "sell", "11.25", "1", "taker"),
                (8, "sell", "11.25", "3", "taker"),
                (10, "sell", "11.3", "10", "taker"),
                (12, "buy", "11.4", "1", "taker"),
                (14, "buy", "11.4", "4", "maker"),
                (15, "buy", "11.25", "5", "taker"),
            ],
        )
        # Long: 45 − 46. Short: 113 − 11.4 − 45.6 − 56.25.
        self.assertEqual([trip.pnl for trip in ledger.round_trips], [q("-1"), q("-0.25")])
        self.assertEqual((venue.order_count, ledger.quantity, ledger.cash), (5, 0, q("-1.25")))

    def test_both_0_never_sells_short(self):
        venue, ledger, fills = backtest(MARKET, both=False)
        self.assertEqual((len(fills), ledger.quantity), (3, 0))
        # Without the short, 11.3 and 11.4 (events 10 and 11) are breaks upwards: one order works, patience cancels it at 12.
        self.assertEqual(venue.order_count, 3)

    def test_a_bar_breaks_the_high_with_its_close(self):
        def bar(time, low, high, close):
            return Bar(time, p(close), p(high), p(low), p(close))

        calm = [bar(0, "9", "12", "10"), bar(1, "9", "11", "10"), bar(2, "9", "13", "12")]
        self.assertEqual(backtest(calm)[0].order_count, 0)
        venue, _, fills = backtest(calm + [bar(3, "9", "14", "13.5"), bar(4, "9", "14", "13")])
        self.assertEqual((venue.order_count, fills), (1, [(4, "buy", "13", "10", "taker")]))

    def test_an_entry_has_patience_events_to_trade_in(self):
        rise = trades("10 1", "10 1", "11 1", "12 1", "13 1", "10.5 1")
        for patience, filled in ((2, 0), (3, 1)):
            _, _, fills = backtest(rise, quantity="1", patience=patience)
            self.assertEqual(len(fills), filled)


if __name__ == "__main__":
    unittest.main()
