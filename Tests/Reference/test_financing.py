"""What holding costs, worked out by hand. Run in this folder: python3 -m unittest"""

import unittest

from financing import HOUR, Financing
from money import MONEY_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, Ledger, format_decimal, parse_decimal


class FinancingTests(unittest.TestCase):
    def held(self, quantity: str, price: str) -> Ledger:
        ledger = Ledger(0)
        ledger.quantity = parse_decimal(quantity, QUANTITY_DIGITS)
        ledger.mark = parse_decimal(price, PRICE_DIGITS)
        return ledger

    def test_longs_pay_and_shorts_receive_at_the_multiples_behind_the_clock(self):
        for quantity, cash in (("2", "-0.6"), ("-2", "0.6")):
            ledger = self.held(quantity, "1000")
            financing = Financing(rate=100_000)
            # Eight o'clock is passed by the third call, sixteen and midnight by the fourth.
            for hour in (7, 8, 9, 25):
                financing.pass_time(hour * HOUR, ledger)
            self.assertEqual(format_decimal(ledger.cash, MONEY_DIGITS), cash)

    def test_a_short_pays_borrow_for_each_day_a_weekend_too(self):
        ledger = self.held("-3", "365")
        financing = Financing(borrow_rate=100_000_000)
        financing.pass_time(20 * HOUR, ledger)
        financing.pass_time((3 * 24 + 1) * HOUR, ledger)
        self.assertEqual(format_decimal(ledger.cash, MONEY_DIGITS), "-0.9")
        long = self.held("3", "365")
        Financing(borrow_rate=100_000_000).pass_time(100 * HOUR, long)
        self.assertEqual(long.cash, 0)

    def test_each_payment_rounds_once_to_the_even_neighbour(self):
        # 0.5, 1.5 and −0.5 of 1e-8.
        for rate, quantity, paid in ((5, "1", 0), (15, "1", 2), (5, "-1", 0)):
            ledger = self.held(quantity, "1")
            financing = Financing(listed={HOUR: rate})
            financing.pass_time(0, ledger)
            financing.pass_time(2 * HOUR, ledger)
            self.assertEqual(financing.funding_paid, paid)


if __name__ == "__main__":
    unittest.main()
