"""SMA cross with vectorbt: no callbacks; the targets of one bar trade at the next one's open."""

import numpy
import pandas
import vectorbt

from shared import CASH, FAST, FEE, SLOW, Clock, arguments, told

_, path = arguments()
data = pandas.read_csv(path)


def run():
    # In cents, so that equal averages are equal.
    cents = (data.close * 100).round()
    lead = cents.rolling(FAST).sum() * SLOW - cents.rolling(SLOW).sum() * FAST
    target = numpy.sign(lead).replace(0, numpy.nan).shift(1)
    book = vectorbt.Portfolio.from_orders(
        data.close, size=target, size_type="targetamount", price=data.open, fees=FEE, init_cash=CASH)
    return book, float(book.final_value())


# The first call compiles.
run()
with Clock() as clock:
    book, equity = run()
told(len(data), clock.seconds, float(book.orders.size.sum()), equity)
