"""A second opinion on `stratagem backtest`: the documented rules in plain Python, exact integers, no float.

    python3 backtest_reference.py sma-cross --data bars.csv --commission-rate 0.0002
    python3 backtest_reference.py sma-cross --data bars.csv --fast 10 --slow 50 --slippage-bps 1.5 --fills
    python3 backtest_reference.py breakout --data trades.csv --quantity 500 --window 20 --exit-window 10
    python3 backtest_reference.py sma-cross --data bars.csv --funding-rate 0.0001 --borrow-rate 0.05
    python3 backtest_reference.py stop-entry --data quotes.csv --gap 0.0001 --trail 0.001 --bracket 1

Prints one JSON object; every decimal is an exact string without trailing zeros. It shares no code with the engine.
"""

import argparse
import json
import sys

from bars import with_bars
from breakout import Breakout
from feed import read_events
from financing import HOUR, Financing, listed_rates
from money import BUY, MONEY_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, RATE_DIGITS
from money import Ledger, RoundTrip, average_price, format_decimal, parse_decimal
from sma_cross import SMACross
from stop_entry import StopEntry, Terms
from venue import Fill, Venue

BASIS_POINT_DIGITS = 4


def run(strategy, events, venue: Venue, ledger: Ledger, financing: Financing | None = None) -> list[dict]:
    """The event loop. Fills come before the event that made them; what the strategy sends waits for the next event."""
    fills = []
    financing = financing or Financing()
    for event in events:
        financing.pass_time(event.time, ledger)
        made = venue.match(event)
        for fill in made:
            value, commission = ledger.apply(fill.time, fill.order.side, fill.price, fill.quantity, fill.is_maker)
            fills.append(fill_row(fill, value, commission))
        if event.matches:
            ledger.mark = event.mark
        for fill in made:
            strategy.on_fill(fill, venue, ledger)
        strategy.on_event(event, venue, ledger)
    return fills


def fill_row(fill: Fill, value: int, commission: int) -> dict:
    return {
        "time_ns": fill.time,
        "side": side_name(fill.order.side),
        "price": format_decimal(fill.price, PRICE_DIGITS),
        "quantity": format_decimal(fill.quantity, QUANTITY_DIGITS),
        "value": format_decimal(value, MONEY_DIGITS),
        "commission": format_decimal(commission, MONEY_DIGITS),
        "liquidity": "maker" if fill.is_maker else "taker",
    }


def trip_row(trip: RoundTrip, multiplier: int) -> dict:
    entry = average_price(trip.entry_value, trip.entry_quantity, multiplier)
    exit_ = average_price(trip.exit_value, trip.exit_quantity, multiplier)
    return {
        "side": side_name(trip.side),
        "quantity": format_decimal(trip.entry_quantity, QUANTITY_DIGITS),
        "entry_time_ns": trip.entry_time,
        "entry_price": format_decimal(entry, PRICE_DIGITS),
        "exit_time_ns": trip.exit_time,
        "exit_price": format_decimal(exit_, PRICE_DIGITS),
        "commission": format_decimal(trip.commission, MONEY_DIGITS),
        "pnl": format_decimal(trip.pnl, MONEY_DIGITS),
    }


def side_name(side: int) -> str:
    return "buy" if side == BUY else "sell"


def result(venue: Venue, ledger: Ledger, fills: list[dict], financing: Financing) -> dict:
    answer = {
        "orders": venue.order_count,
        "fills": len(fills),
        "cash": format_decimal(ledger.cash, MONEY_DIGITS),
        "equity": format_decimal(ledger.equity(), MONEY_DIGITS),
        "realized_pnl": format_decimal(ledger.realized, MONEY_DIGITS),
        "commission": format_decimal(ledger.commission, MONEY_DIGITS),
        "trades": len(ledger.round_trips),
    }
    if financing.is_on:
        answer["funding_paid"] = format_decimal(financing.funding_paid, MONEY_DIGITS)
        answer["borrow_paid"] = format_decimal(financing.borrow_paid, MONEY_DIGITS)
    return answer


def arguments(words: list[str]) -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", required=True, help="CSV file of bars, trades or quotes")
    common.add_argument("--quantity", default="1")
    common.add_argument("--cash", default="1000000")
    common.add_argument("--commission-rate", default="0", help="fraction of a fill's value, makers and takers alike")
    common.add_argument("--slippage-bps", default="0", help="basis points, decimals allowed")
    common.add_argument("--funding-rate", default="0", help="of the position's value; above 0 longs pay")
    common.add_argument("--funding-hours", type=int, default=8, help="funding at each multiple of so many hours")
    common.add_argument("--funding", help="CSV file with time,rate instead")
    common.add_argument("--borrow-rate", default="0", help="of a short's value, a year")
    common.add_argument("--bars", type=int, default=0, help="builds bars of so many seconds")
    common.add_argument("--fills", action="store_true", help="adds fills_list")
    common.add_argument("--trades", action="store_true", help="adds trades_list, the closed round trips")
    parser = argparse.ArgumentParser(description="Reference backtest in exact integers.")
    strategies = parser.add_subparsers(dest="strategy", required=True)
    sma = strategies.add_parser("sma-cross", parents=[common])
    sma.add_argument("--fast", type=int, default=20)
    sma.add_argument("--slow", type=int, default=100)
    channel = strategies.add_parser("breakout", parents=[common])
    channel.add_argument("--window", type=int, default=20)
    channel.add_argument("--exit-window", type=int, default=10)
    channel.add_argument("--patience", type=int, default=5)
    channel.add_argument("--both", type=int, choices=(0, 1), default=1)
    stop = strategies.add_parser("stop-entry", parents=[common])
    for name, usual in (("window", 20), ("patience", 10), ("reward", 2), ("entry", 0), ("bracket", 0)):
        stop.add_argument("--" + name, type=int, default=usual)
    stop.add_argument("--gap", default="1")
    stop.add_argument("--trail", default="1")
    return parser.parse_args(words)


def strategy_of(options: argparse.Namespace):
    quantity = parse_decimal(options.quantity, QUANTITY_DIGITS)
    if options.strategy == "breakout":
        return Breakout(options.window, options.exit_window, quantity, options.patience, options.both == 1)
    if options.strategy == "stop-entry":
        gap, trail = (parse_decimal(text, PRICE_DIGITS) for text in (options.gap, options.trail))
        numbers = (options.window, options.patience, options.reward, quantity, gap, trail)
        return StopEntry(Terms(*numbers, options.entry, options.bracket == 1))
    return SMACross(options.fast, options.slow, quantity)


def main(words: list[str]) -> None:
    options = arguments(words)
    events, tick = read_events(options.data)
    if options.bars:
        events = with_bars(events, options.bars * 1_000_000_000)
    rate = parse_decimal(options.commission_rate, RATE_DIGITS)
    # A basis point is 1e-4, so what is left of the rate's decimals belongs to the number of basis points.
    slippage = parse_decimal(options.slippage_bps, RATE_DIGITS - BASIS_POINT_DIGITS)
    venue = Venue(tick, slippage_rate=slippage)
    ledger = Ledger(parse_decimal(options.cash, MONEY_DIGITS), maker_rate=rate, taker_rate=rate)
    funding, borrow = (parse_decimal(text, RATE_DIGITS) for text in (options.funding_rate, options.borrow_rate))
    listed = listed_rates(options.funding) if options.funding else None
    financing = Financing(funding, options.funding_hours * HOUR, listed, borrow)
    fills = run(strategy_of(options), events, venue, ledger, financing)
    answer = result(venue, ledger, fills, financing)
    if options.fills:
        answer["fills_list"] = fills
    if options.trades:
        answer["trades_list"] = [trip_row(trip, ledger.multiplier) for trip in ledger.round_trips]
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
