"""Checks of the reference itself against examples worked out by hand. Run in this folder: python3 -m unittest"""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import backtest_reference
from feed import finest_tick, nanoseconds, read_events
from money import BUY, SELL, Ledger, average_price, commission_of, divide_half_even, format_decimal, money_value
from money import parse_decimal
from bars import with_bars
from events import Bar, Quote, Trade
from venue import Bracket, Venue


def p(text: str) -> int:
    return parse_decimal(text, 9)


def q(text: str) -> int:
    return parse_decimal(text, 8)


m = q
rate = p


def bar(time: int, open_: str, high: str, low: str, close: str) -> Bar:
    return Bar(time, p(open_), p(high), p(low), p(close))


def trade(time: int, price: str, quantity: str) -> Trade:
    return Trade(time, p(price), q(quantity))


def summary(fills) -> list[tuple[int, str, str, str]]:
    return [
        (f.order.id, format_decimal(f.price, 9), format_decimal(f.quantity, 8), "maker" if f.is_maker else "taker")
        for f in fills
    ]


class MoneyTests(unittest.TestCase):
    def test_ties_go_to_the_even_number(self):
        halves = [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)]
        for numerator, expected in halves:
            self.assertEqual(divide_half_even(numerator, 2), expected)
        self.assertEqual(divide_half_even(-7, 3), -2)
        self.assertEqual(divide_half_even(-8, 3), -3)
        self.assertEqual(divide_half_even(3, -2), -2)

    def test_value_rounds_once_to_1e_8(self):
        # 0.000000005 × 1 and × 3: exact ties at the eighth decimal.
        self.assertEqual(money_value(p("0.000000005"), q("1")), 0)
        self.assertEqual(money_value(p("0.000000005"), q("3")), 2)
        self.assertEqual(money_value(p("0.000000005"), q("-3")), -2)
        self.assertEqual(money_value(p("0.00141342"), q("23")), m("0.03250866"))

    def test_commission_rounds_half_even(self):
        # 0.00000250 × 0.002 = 0.5 units, 0.00000750 × 0.002 = 1.5 units of 1e-8.
        self.assertEqual(commission_of(m("0.0000025"), rate("0.002")), 0)
        self.assertEqual(commission_of(m("0.0000075"), rate("0.002")), 2)

    def test_average_price_of_a_round_trip(self):
        self.assertEqual(average_price(m("10"), q("3"), 1), p("3.333333333"))
        self.assertEqual(average_price(m("10"), q("2"), 5), p("1"))

    def test_decimals_are_read_exactly_and_written_short(self):
        self.assertEqual(parse_decimal("-0.50", 8), -50_000_000)
        self.assertEqual(parse_decimal("1.2300000000000", 2), 123)
        for text in ("1.234", "", ".", "1e5", "--1", "1_0"):
            with self.assertRaises(ValueError):
                parse_decimal(text, 2)
        for text in ("46319", "-0.5", "0", "100", "0.00000001"):
            self.assertEqual(format_decimal(m(text), 8), text)


class LedgerTests(unittest.TestCase):
    def test_partial_close_takes_its_share_of_the_cost_and_leaves_the_rest(self):
        ledger = Ledger(cash=m("1000"))
        ledger.apply(1, BUY, p("0.00000001"), q("2"), False)
        ledger.apply(2, BUY, p("0.00000003"), q("1"), False)
        self.assertEqual(ledger.cost, 5)
        # 5 × 1/3 = 1.67 → 2 units of cost against 4 of value; 3 stay for the other two.
        ledger.apply(3, SELL, p("0.00000004"), q("1"), False)
        self.assertEqual((ledger.realized, ledger.cost, ledger.quantity), (2, 3, q("2")))
        # 3 × 1/2 = 1.5 → 2, one unit stays.
        ledger.apply(4, SELL, p("0.00000004"), q("1"), False)
        self.assertEqual((ledger.realized, ledger.cost), (4, 1))
        self.assertEqual(ledger.round_trips, [])
        ledger.apply(5, SELL, p("0.00000004"), q("1"), False)
        self.assertEqual((ledger.realized, ledger.cost, ledger.quantity), (7, 0, 0))
        self.assertEqual(ledger.cash, m("1000") + 7)
        self.assertEqual([trip.realized for trip in ledger.round_trips], [7])

    def test_short_earns_when_the_price_falls(self):
        ledger = Ledger(cash=0, maker_rate=rate("0.001"), taker_rate=rate("0.002"))
        ledger.apply(1, SELL, p("100"), q("3"), False)
        self.assertEqual((ledger.cost, ledger.cash), (m("-300"), m("299.4")))
        ledger.mark = p("95")
        self.assertEqual(ledger.equity(), m("14.4"))
        ledger.apply(2, BUY, p("90"), q("3"), True)
        self.assertEqual((ledger.realized, ledger.commission), (m("30"), m("0.87")))
        self.assertEqual(ledger.cash, m("29.13"))
        self.assertEqual(ledger.round_trips[0].pnl, m("29.13"))

    def test_flip_splits_value_and_commission_and_the_closing_part_takes_the_remainder(self):
        ledger = Ledger(cash=0, taker_rate=rate("0.1"))
        ledger.apply(1, BUY, p("0.0000001"), q("1"), False)
        # Value 36, commission 3.6 → 4. Opening 2 of 3: value 24, commission 2.67 → 3; closing the rest, 12 and 1.
        value, commission = ledger.apply(2, SELL, p("0.00000012"), q("3"), False)
        self.assertEqual((value, commission), (36, 4))
        self.assertEqual((ledger.quantity, ledger.cost), (q("-2"), -24))
        self.assertEqual(ledger.realized, 2)
        self.assertEqual(ledger.round_trips[0].commission, 1 + 1)
        self.assertEqual(ledger.open_trip.commission, 3)
        self.assertEqual(ledger.cash, -10 + 36 - 1 - 4)

    def test_flip_with_an_uneven_value(self):
        ledger = Ledger(cash=0)
        ledger.apply(1, BUY, p("0.00000001"), q("1"), False)
        # 0.000000117 × 3 = 35.1 → 35 units; opening 35 × 2/3 = 23.33 → 23, closing 35 − 23 = 12.
        ledger.apply(2, SELL, p("0.000000117"), q("3"), False)
        self.assertEqual((ledger.cost, ledger.realized), (-23, 12 - 1))


class BarVenueTests(unittest.TestCase):
    def setUp(self):
        self.venue = Venue(tick=p("0.01"))
        self.venue.match(bar(1, "100", "101", "99", "100"))

    def test_market_order_fills_at_the_next_open(self):
        self.venue.submit(BUY, q("2"))
        self.assertEqual(summary(self.venue.match(bar(2, "102", "103", "90", "95"))), [(1, "102", "2", "taker")])
        self.assertEqual(self.venue.match(bar(3, "102", "103", "90", "95")), [])

    def test_slippage_rounds_to_the_tick_against_the_trader(self):
        # 1.5 bps of 100 is 0.015: 100.015 → 100.02 for the buyer, 99.985 → 99.98 for the seller.
        venue = Venue(tick=p("0.01"), slippage_rate=rate("0.00015"))
        venue.submit(BUY, q("1"))
        venue.submit(SELL, q("1"))
        prices = [price for _, price, _, _ in summary(venue.match(bar(1, "100", "100", "100", "100")))]
        self.assertEqual(prices, ["100.02", "99.98"])

    def test_limit_marketable_on_arrival_takes_the_open(self):
        self.venue.submit(BUY, q("1"), limit=p("100"))
        self.venue.submit(SELL, q("1"), limit=p("98"))
        fills = self.venue.match(bar(2, "98", "99", "97", "98"))
        self.assertEqual(summary(fills), [(1, "98", "1", "taker"), (2, "98", "1", "taker")])

    def test_limit_rests_and_trades_in_the_range_of_its_first_bar(self):
        self.venue.submit(BUY, q("1"), limit=p("98"))
        self.assertEqual(summary(self.venue.match(bar(2, "100", "101", "97.99", "98"))), [(1, "98", "1", "maker")])

    def test_touching_the_limit_counts_only_with_touch_fills(self):
        for touch, expected in ((False, []), (True, [(1, "98", "1", "maker")])):
            venue = Venue(tick=p("0.01"), touch_fills=touch)
            venue.submit(BUY, q("1"), limit=p("98"))
            self.assertEqual(summary(venue.match(bar(1, "100", "101", "98", "99"))), expected)

    def test_gap_through_a_resting_limit_fills_at_the_open_as_maker(self):
        self.venue.submit(SELL, q("1"), limit=p("105"))
        self.assertEqual(self.venue.match(bar(2, "100", "105", "99", "101")), [])
        self.assertEqual(summary(self.venue.match(bar(3, "107", "108", "100", "101"))), [(1, "107", "1", "maker")])

    def test_open_at_a_resting_limit_fills_without_touch_fills(self):
        self.venue.submit(BUY, q("1"), limit=p("98"))
        self.venue.match(bar(2, "100", "101", "99", "100"))
        self.assertEqual(summary(self.venue.match(bar(3, "98", "101", "98", "100"))), [(1, "98", "1", "maker")])

    def test_cancelled_order_does_not_trade(self):
        order = self.venue.submit(BUY, q("1"))
        self.venue.cancel(order)
        self.assertEqual(self.venue.match(bar(2, "100", "101", "99", "100")), [])

    def test_changed_price_arrives_anew_as_taker(self):
        order = self.venue.submit(BUY, q("1"), limit=p("90"))
        self.venue.match(bar(2, "100", "101", "99", "100"))
        self.venue.modify(order, limit=p("102"))
        self.assertEqual(summary(self.venue.match(bar(3, "101", "103", "99", "100"))), [(1, "101", "1", "taker")])

    def test_latency_holds_an_order_back(self):
        venue = Venue(tick=p("0.01"), latency=15)
        venue.match(bar(100, "100", "100", "100", "100"))
        venue.submit(BUY, q("1"))
        self.assertEqual(venue.match(bar(114, "101", "101", "101", "101")), [])
        self.assertEqual(summary(venue.match(bar(115, "102", "102", "102", "102"))), [(1, "102", "1", "taker")])


class TradeVenueTests(unittest.TestCase):
    def setUp(self):
        self.venue = Venue(tick=p("0.01"))
        self.venue.match(trade(1, "100", "50"))

    def test_market_order_works_until_filled_at_each_trades_price(self):
        self.venue.submit(BUY, q("10"))
        self.assertEqual(summary(self.venue.match(trade(2, "101", "4"))), [(1, "101", "4", "taker")])
        self.assertEqual(summary(self.venue.match(trade(3, "103", "20"))), [(1, "103", "6", "taker")])

    def test_a_trade_gives_its_quantity_once_over_all_orders(self):
        self.venue.submit(SELL, q("5"), limit=p("99"))
        self.venue.submit(BUY, q("5"), limit=p("101"))
        self.venue.submit(BUY, q("5"), limit=p("102"))
        self.venue.submit(BUY, q("3"))
        # The market order first, then the better bid, then the other; nothing is left for the sell.
        fills = self.venue.match(trade(2, "100", "10"))
        self.assertEqual(
            summary(fills), [(4, "100", "3", "taker"), (3, "100", "5", "taker"), (2, "100", "2", "taker")]
        )
        # The rest of order 2 and order 1 have arrived: they are makers now.
        self.assertEqual(summary(self.venue.match(trade(3, "100.5", "9"))), [(2, "101", "3", "maker"), (1, "99", "5", "maker")])

    def test_resting_limit_needs_a_trade_strictly_beyond_it(self):
        self.venue.submit(BUY, q("1"), limit=p("99"))
        self.assertEqual(self.venue.match(trade(2, "100", "5")), [])
        self.assertEqual(self.venue.match(trade(3, "99", "5")), [])
        self.assertEqual(summary(self.venue.match(trade(4, "98.99", "5"))), [(1, "99", "1", "maker")])

    def test_limit_at_the_price_is_marketable_on_arrival(self):
        self.venue.submit(BUY, q("1"), limit=p("99"))
        self.assertEqual(summary(self.venue.match(trade(2, "99", "5"))), [(1, "99", "1", "taker")])

    def test_modified_total_includes_what_was_filled(self):
        order = self.venue.submit(BUY, q("10"))
        self.venue.match(trade(2, "100", "4"))
        self.venue.modify(order, quantity=q("6"))
        self.assertEqual(summary(self.venue.match(trade(3, "100", "9"))), [(1, "100", "2", "taker")])
        with self.assertRaises(ValueError):
            other = self.venue.submit(BUY, q("10"))
            self.venue.match(trade(4, "100", "4"))
            self.venue.modify(other, quantity=q("4"))

    def test_more_quantity_goes_to_the_back_less_does_not(self):
        first = self.venue.submit(BUY, q("5"), limit=p("99"))
        self.venue.submit(BUY, q("5"), limit=p("99"))
        self.venue.match(trade(2, "100", "1"))
        self.venue.modify(first, quantity=q("4"))
        self.assertEqual(summary(self.venue.match(trade(3, "98", "2"))), [(1, "99", "2", "maker")])
        self.venue.modify(first, quantity=q("8"))
        self.assertEqual(
            summary(self.venue.match(trade(4, "98", "6"))), [(2, "99", "5", "maker"), (1, "99", "1", "maker")]
        )


class StopTests(unittest.TestCase):
    def setUp(self):
        self.venue = Venue(tick=p("0.01"), slippage_rate=rate("0.001"))
        self.venue.match(bar(1, "100", "101", "99", "100"))

    def test_a_gap_fills_a_stop_at_the_open_and_the_range_at_the_stop(self):
        self.venue.submit(SELL, q("1"), stop=p("95"))
        self.assertEqual(self.venue.match(bar(2, "97", "98", "95.01", "97")), [])
        # 93 and 95 less a thousandth, rounded down to the cent.
        self.assertEqual(summary(self.venue.match(bar(3, "93", "94", "90", "91"))), [(1, "92.9", "1", "taker")])
        self.venue.submit(SELL, q("1"), stop=p("85"))
        self.assertEqual(summary(self.venue.match(bar(4, "90", "91", "85", "86"))), [(2, "84.91", "1", "taker")])

    def test_a_stop_limit_takes_at_its_trigger_or_rests_from_the_next_event_on(self):
        self.venue.submit(BUY, q("1"), limit=p("106"), stop=p("105"))
        self.assertEqual(summary(self.venue.match(bar(2, "101", "107", "100", "106"))), [(1, "105", "1", "taker")])
        self.venue.submit(BUY, q("1"), limit=p("109"), stop=p("108"))
        self.assertEqual(self.venue.match(bar(3, "110", "111", "100", "110")), [])
        self.assertEqual(summary(self.venue.match(bar(4, "108.5", "110", "108", "109"))), [(2, "108.5", "1", "maker")])

    def test_a_trailing_stop_follows_the_best_price_and_never_goes_back(self):
        order = self.venue.submit(SELL, q("1"), trail=p("5"))
        self.assertEqual(order.stop, p("95"))
        for high, low, stop in (("104", "98", "99"), ("103", "99.5", "99"), ("104.5", "100", "99.5")):
            self.assertEqual(self.venue.match(bar(2, "102", high, low, "102")), [])
            self.assertEqual(order.stop, p(stop))
        self.assertEqual(summary(self.venue.match(bar(5, "102", "120", "99.5", "115"))), [(1, "99.4", "1", "taker")])

    def test_a_quote_triggers_with_its_opposite_side(self):
        venue = Venue(tick=p("0.01"))
        venue.match(Quote(1, p("99"), p("101")))
        venue.submit(BUY, q("2"), stop=p("102"))
        self.assertEqual(venue.match(Quote(2, p("101.5"), p("101.99"))), [])
        fills = venue.match(Quote(3, p("101"), p("102.5"), q("9"), q("1.5")))
        self.assertEqual(summary(fills), [(1, "102.5", "1.5", "taker")])
        # The rest is a market order.
        self.assertEqual(summary(venue.match(Quote(4, p("90"), p("91")))), [(1, "91", "0.5", "taker")])

    def test_a_brackets_legs_grow_with_the_entry_and_shrink_with_each_other(self):
        venue = Venue(tick=p("0.01"))
        venue.match(trade(1, "100", "1"))
        entry = venue.submit(BUY, q("10"), bracket=Bracket(p("95"), p("110")))
        for quantity in ("4", "3"):
            venue.match(trade(2, "100", quantity))
        legs = [entry.bracket.stop, entry.bracket.target]
        self.assertEqual([leg.quantity for leg in legs], [q("7"), q("7")])
        # The market order comes first; its fill grows the legs, the target's shrinks the stop.
        self.assertEqual(summary(venue.match(trade(4, "111", "5"))), [(1, "111", "3", "taker"), (3, "110", "2", "maker")])
        self.assertEqual([leg.remaining for leg in legs], [q("8"), q("8")])
        venue.match(trade(5, "94", "5"))
        self.assertEqual([leg.remaining for leg in legs], [q("3"), q("3")])
        self.assertEqual(summary(venue.match(trade(6, "94", "5"))), [(2, "94", "3", "taker")])
        self.assertEqual(venue.working, [])

    def test_bars_stand_before_the_event_that_ends_them(self):
        ticks = [trade(0, "5", "1"), trade(59, "7", "1"), trade(60, "6", "1"), trade(200, "1", "1")]
        merged = with_bars(ticks, 60)
        self.assertEqual([type(event).__name__ for event in merged], ["Trade", "Trade", "Bar", "Trade", "Bar", "Trade"])
        self.assertEqual(merged[2], Bar(60, p("5"), p("7"), p("5"), p("7"), matches=False))
        self.assertEqual(merged[4].time, 120)


class FeedTests(unittest.TestCase):
    def test_bar_time_is_its_end_and_the_tick_the_finest_decimal(self):
        text = ",Open,High,Low,Close\n2020-01-01,1.0,2.50,0.5,1\n2020-01-02,1,2,0.125,1\n2020-01-03,1,2,1,1\n2020-01-06,1,2,1,1\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bars.csv")
            path.write_text(text)
            bars, tick = read_events(str(path))
        self.assertEqual(tick, p("0.001"))
        self.assertEqual([b.time for b in bars][-1], nanoseconds("2020-01-07"))
        self.assertEqual((bars[0].high, bars[1].low), (p("2.5"), p("0.125")))

    def test_stamps_and_whole_prices(self):
        self.assertEqual(nanoseconds("1970-01-01 00:00:01.000500"), 1_000_500_000)
        self.assertEqual(nanoseconds("1970-01-01 01:00:00+01:00"), 0)
        self.assertEqual(finest_tick(["5", "7.0"]), p("1"))


class BacktestTests(unittest.TestCase):
    def backtest(self, text: str, *words: str) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "data.csv")
            path.write_text(text)
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                backtest_reference.main([words[0], "--data", str(path), *words[1:]])
        return json.loads(output.getvalue())

    def test_sma_cross_flips_at_the_next_open(self):
        # Closes 10 12 8 8 20 20; SMA 1 against SMA 2: –, up, down, equal (unchanged), up, equal.
        rows = ["9,10", "11,12", "13,8", "7,8", "9,20", "21,20"]
        lines = ["timestamp,open,high,low,close"]
        for minute, row in enumerate(rows):
            open_, close = row.split(",")
            lines.append(f"2020-01-01 00:0{minute}:00,{open_},30,1,{close}")
        answer = self.backtest(
            "\n".join(lines), "sma-cross", "--fast", "1", "--slow", "2", "--cash", "100", "--commission-rate", "0.01", "--fills"
        )
        seen = [(f["side"], f["price"], f["quantity"], f["commission"]) for f in answer["fills_list"]]
        self.assertEqual(seen, [("buy", "13", "1", "0.13"), ("sell", "7", "2", "0.14"), ("buy", "21", "2", "0.42")])
        del answer["fills_list"]
        # Cash 100 − 13 + 14 − 42 − 0.69; long 1 at 20. Realised (7 − 13) + (7 − 21).
        expected = {
            "orders": 3, "fills": 3, "cash": "58.31", "equity": "78.31",
            "realized_pnl": "-20", "commission": "0.69", "trades": 2,
        }
        self.assertEqual(answer, expected)

    def test_an_order_on_the_last_bar_stays_unfilled(self):
        text = "timestamp,open,high,low,close\n2020-01-01 00:00:00,1,1,1,1\n2020-01-01 00:01:00,1,2,1,2\n"
        answer = self.backtest(text, "sma-cross", "--fast", "1", "--slow", "2")
        self.assertEqual((answer["orders"], answer["fills"], answer["equity"]), (1, 0, "1000000"))


if __name__ == "__main__":
    unittest.main()
