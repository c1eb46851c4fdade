"""SMA cross with backtrader: market orders trade at the next bar's open."""

import backtrader
import pandas

from shared import CASH, FAST, FEE, SLOW, Clock, arguments, told


class Cross(backtrader.Strategy):
    def __init__(self):
        self.lead = backtrader.ind.SMA(period=FAST) - backtrader.ind.SMA(period=SLOW)
        self.traded = 0

    def next(self):
        if self.lead[0] > 0 and self.position.size <= 0:
            self.order_target_size(target=1)
        elif self.lead[0] < 0 and self.position.size >= 0:
            self.order_target_size(target=-1)

    def notify_order(self, order):
        if order.status == order.Completed:
            self.traded += abs(order.executed.size)


_, path = arguments()
data = pandas.read_csv(path)
data.index = pandas.to_datetime(data.pop("timestamp"), unit="s")
cerebro = backtrader.Cerebro(stdstats=False)
cerebro.adddata(backtrader.feeds.PandasData(dataname=data))
cerebro.addstrategy(Cross)
cerebro.broker.setcash(CASH)
cerebro.broker.setcommission(commission=FEE)
with Clock() as clock:
    [strategy] = cerebro.run()
told(len(data), clock.seconds, strategy.traded, cerebro.broker.getvalue())
