"""SMA cross with backtesting.py: market orders trade at the next bar's open."""

import warnings

import pandas
from backtesting import Backtest, Strategy

from shared import CASH, FAST, FEE, SLOW, Clock, arguments, told

warnings.simplefilter("ignore")


def average(values, length, scale):
    """Times `scale`, in cents, so that equal averages are equal."""
    return (pandas.Series(values) * 100).round().rolling(length).sum() * scale


class Cross(Strategy):
    def init(self):
        self.fast = self.I(average, self.data.Close, FAST, SLOW)
        self.slow = self.I(average, self.data.Close, SLOW, FAST)

    def next(self):
        lead = self.fast[-1] - self.slow[-1]
        if lead > 0 and self.position.size <= 0:
            self.buy(size=1)
        elif lead < 0 and self.position.size >= 0:
            self.sell(size=1)


_, path = arguments()
data = pandas.read_csv(path)
data.index = pandas.to_datetime(data.pop("timestamp"), unit="s")
data.columns = [name.capitalize() for name in data.columns]
test = Backtest(data, Cross, cash=CASH, commission=FEE, margin=1, exclusive_orders=True, finalize_trades=False)
with Clock() as clock:
    stats = test.run()
closed = stats["_trades"]
told(len(data), clock.seconds, 2 * len(closed) + 1, float(stats["_equity_curve"]["Equity"].iloc[-1]))
