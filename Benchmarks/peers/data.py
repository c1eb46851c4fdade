#!/usr/bin/env python3
"""Market data for the comparison, the same on every machine: bars.csv, one-minute bars by the time at which they open in
seconds, and trades.csv, by milliseconds.

    data.py FOLDER [--bars 1000000] [--trades 5000000]
"""

import argparse
import random
from pathlib import Path

START = 1_577_836_800


def bars(path, count):
    chance, price = random.Random(1), 1_000_000
    with open(path, "w") as file:
        file.write("timestamp,open,high,low,close,volume\n")
        for minute in range(count):
            opening = price
            price = max(1000, round(price * (1 + chance.gauss(0, 0.0004))))
            high, low = max(opening, price) + chance.randrange(100), min(opening, price) - chance.randrange(100)
            file.write(f"{START + 60 * minute},{opening / 100:.2f},{high / 100:.2f},{low / 100:.2f},{price / 100:.2f},100\n")


def trades(path, count):
    chance, price, time = random.Random(2), 1_000_000.0, START * 1000
    with open(path, "w") as file:
        file.write("timestamp,price,quantity,side\n")
        for _ in range(count):
            time += chance.randrange(1, 200)
            price = max(1000.0, price * (1 + chance.gauss(0, 0.00002)))
            file.write(f"{time},{price / 100:.2f},{chance.randrange(2000, 9000) / 1000},{chance.choice(('buy', 'sell'))}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--trades", type=int, default=5_000_000)
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    bars(words.folder / "bars.csv", words.bars)
    trades(words.folder / "trades.csv", words.trades)


if __name__ == "__main__":
    main()
