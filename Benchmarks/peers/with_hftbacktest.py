"""EMA cross on trades with hftbacktest, compiled by numba. There is no order book in the data, so that an order is a limit far
through the market, which the exchange of this peer fills at its own price once a trade goes beyond it; what is compared is
how often the strategy turns and the time that it takes."""

import numpy
import pandas
from hftbacktest import (
    BUY_EVENT, EXCH_EVENT, GTC, LIMIT, LOCAL_EVENT, SELL_EVENT, TRADE_EVENT, BacktestAsset, HashMapMarketDepthBacktest)
from hftbacktest.types import event_dtype
from numba import njit

from shared import FEE, TRADES_FAST, TRADES_SLOW, Clock, arguments, told


@njit
def run(market, fast_length, slow_length):
    fast = slow = 0.0
    fast_weight, slow_weight = 2 / (fast_length + 1), 2 / (slow_length + 1)
    seen = turns = 0
    held = 0
    while True:
        # 2: something came from the market; 1: the end of the data.
        if market.wait_next_feed(False, 10**15) != 2:
            return seen, turns
        for trade in market.last_trades(0):
            seen += 1
            if seen == 1:
                fast = slow = trade.px
            fast += (trade.px - fast) * fast_weight
            slow += (trade.px - slow) * slow_weight
            if seen < slow_length or fast == slow:
                continue
            target = 1 if fast > slow else -1
            if target != held:
                turns += 1
                if target > 0:
                    market.submit_buy_order(0, turns, trade.px * 1.1, target - held, GTC, LIMIT, False)
                else:
                    market.submit_sell_order(0, turns, trade.px * 0.9, held - target, GTC, LIMIT, False)
                held = target
        market.clear_last_trades(0)
        market.clear_inactive_orders(0)


def events(path):
    data = pandas.read_csv(path)
    found = numpy.zeros(len(data), event_dtype)
    side = numpy.where(data.side == "buy", BUY_EVENT, SELL_EVENT)
    found["ev"] = TRADE_EVENT | EXCH_EVENT | LOCAL_EVENT | side
    found["exch_ts"] = found["local_ts"] = data.timestamp * 1_000_000
    found["px"], found["qty"] = data.price, data.quantity
    return found


def market(found):
    asset = (
        BacktestAsset().data(found).linear_asset(1.0).constant_order_latency(0, 0).risk_adverse_queue_model()
        .no_partial_fill_exchange().trading_value_fee_model(FEE, FEE).tick_size(0.01).lot_size(0.001)
        .last_trades_capacity(16))
    return HashMapMarketDepthBacktest([asset])


_, path = arguments()
found = events(path)
# The first call compiles.
run(market(found[:100]), TRADES_FAST, TRADES_SLOW)
tested = market(found)
with Clock() as clock:
    seen, turns = run(tested, TRADES_FAST, TRADES_SLOW)
tested.close()
told(seen, clock.seconds, 2 * turns - 1, None)
