"""SMA cross on bars and EMA cross on trades with nautilus_trader: a market order trades at once at the price of the bar's
close, or at that of the last trade."""

from collections import deque
from decimal import Decimal

import pandas
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.model import BarType, InstrumentId, Money, Price, Quantity, Symbol, Venue
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.persistence.wranglers import BarDataWrangler, TradeTickDataWrangler
from nautilus_trader.trading.strategy import Strategy

from shared import CASH, FAST, FEE, SLOW, TRADES_FAST, TRADES_SLOW, Clock, arguments, told

VENUE = Venue("SIM")
INSTRUMENT = CryptoPerpetual(
    instrument_id=InstrumentId(Symbol("PEER"), VENUE), raw_symbol=Symbol("PEER"), base_currency=BTC, quote_currency=USDT,
    settlement_currency=USDT, is_inverse=False, price_precision=2, size_precision=3, price_increment=Price.from_str("0.01"),
    size_increment=Quantity.from_str("0.001"), margin_init=Decimal("0.01"), margin_maint=Decimal("0.005"),
    maker_fee=Decimal(str(FEE)), taker_fee=Decimal(str(FEE)), ts_event=0, ts_init=0)


class Cross(Strategy):
    def __init__(self):
        super().__init__(StrategyConfig(strategy_id="CROSS-1"))
        self.held = self.traded = 0

    def on_order_filled(self, event):
        self.traded += float(event.last_qty)

    def move(self, lead):
        target = self.held if lead == 0 else (1 if lead > 0 else -1)
        if target == self.held:
            return
        side = OrderSide.BUY if target > self.held else OrderSide.SELL
        size = INSTRUMENT.make_qty(abs(target - self.held))
        self.held = target
        self.submit_order(self.order_factory.market(INSTRUMENT.id, side, size))


class OnBars(Cross):
    def on_start(self):
        self.closes, self.fast, self.slow = deque(), 0, 0
        self.subscribe_bars(BAR)

    def on_bar(self, bar):
        close = round(bar.close.as_double() * 100)
        self.closes.append(close)
        self.fast += close
        self.slow += close
        if len(self.closes) > FAST:
            self.fast -= self.closes[-1 - FAST]
        if len(self.closes) > SLOW:
            self.slow -= self.closes.popleft()
        if len(self.closes) == SLOW:
            self.move(self.fast * SLOW - self.slow * FAST)


class OnTrades(Cross):
    def on_start(self):
        self.fast = self.slow = self.seen = 0
        self.fast_weight, self.slow_weight = 2 / (TRADES_FAST + 1), 2 / (TRADES_SLOW + 1)
        self.subscribe_trade_ticks(INSTRUMENT.id)

    def on_trade_tick(self, tick):
        price = tick.price.as_double()
        self.seen += 1
        if self.seen == 1:
            self.fast = self.slow = price
        self.fast += (price - self.fast) * self.fast_weight
        self.slow += (price - self.slow) * self.slow_weight
        if self.seen >= TRADES_SLOW:
            self.move(self.fast - self.slow)


BAR = BarType.from_str("PEER.SIM-1-MINUTE-LAST-EXTERNAL")
case, path = arguments()
data = pandas.read_csv(path)
engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
engine.add_venue(
    VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(CASH, USDT)], trade_execution=case == "trades")
engine.add_instrument(INSTRUMENT)
if case == "bars":
    # Bars are known at their close.
    data.index = pandas.to_datetime(data.pop("timestamp") + 60, unit="s", utc=True)
    engine.add_data(BarDataWrangler(BAR, INSTRUMENT).process(data))
    strategy = OnBars()
else:
    data.index = pandas.to_datetime(data.pop("timestamp"), unit="ms", utc=True)
    data["trade_id"] = range(len(data))
    data["buyer_maker"] = data.pop("side") == "sell"
    engine.add_data(TradeTickDataWrangler(INSTRUMENT).process(data))
    strategy = OnTrades()
last = float(data["close" if case == "bars" else "price"].iloc[-1])
engine.add_strategy(strategy)
with Clock() as clock:
    engine.run()
cash = engine.trader._portfolio.account(VENUE).balance_total(USDT).as_double()
opened = sum(
    position.signed_qty * (last - position.avg_px_open) for position in engine.cache.positions_open())
told(len(data), clock.seconds, strategy.traded, cash + opened)
