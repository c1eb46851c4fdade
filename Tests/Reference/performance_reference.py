#!/usr/bin/env python3
"""Holds the statistics of Sources/Portfolio/Performance to those of two other programs, empyrical-reloaded and quantstats.

    performance_reference.py                 computes every expected value of the fixture anew, exit code 1 where one differs
    performance_reference.py --write DATA    writes the fixture: three series of daily returns, two of them from recordings in the folder
                                  DATA, and what the two programs make of them

The Swift tests (StatisticsReferenceTests) hold the host's formulas to the same fixture, both to 1e-9 relative.

Differences of definition, which the comparison accounts for:
- A year has the host's number of returns: 365.25 days at the density of the series (365.25 for a market that never closes, about
  252 for an exchange). The programs get it as their number of periods; by themselves they take 252.
- A drawdown, a value at risk and a losing sum are positive with the host and negative with the programs.
- The host's value at risk is empyrical's (historical, linear between order statistics), its parametric one is quantstats'.
- Win rate and profit factor are of round trips with the host, of days with quantstats: the test makes each day one trade. A trade
  without profit counts as not won with the host; quantstats leaves a day without return out. The series have no such day.
- quantstats' cagr counts years by the dates of the index, so the annualised return is empyrical's alone.
"""
import datetime
import json
import math
import pathlib
import random
import sys

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "PortfolioTests" / "Fixtures" / "statistics.json"
TOLERANCE = 1e-9


def closes(path, first, last):
    """Returns from the last close of a day to that of the next, of the days from `first` to `last`."""
    found = {}
    with open(path, encoding="utf-8") as file:
        names = next(file).strip().lower().split(",")
        for line in file:
            fields = line.strip().split(",")
            day = datetime.date.fromisoformat(fields[0][:10])
            if first <= day <= last:
                found[(day - datetime.date(1970, 1, 1)).days] = float(fields[names.index("close")])
    days = sorted(found)
    return days[1:], [found[b] / found[a] - 1 for a, b in zip(days, days[1:])]


def perpetual(data):
    """A market that never closes."""
    return closes(data / "btc-perp-1m-2022-01.csv", datetime.date(2022, 1, 1), datetime.date(2022, 1, 31))


def share(data):
    """An exchange's days in a bad year."""
    return closes(data / "goog-1d-2004-2013.csv", datetime.date(2008, 1, 1), datetime.date(2008, 12, 31))


def wild(seed=12):
    """Two years with heavy tails, a crash and a long way back."""
    dice = random.Random(seed)
    returns = []
    for day in range(700):
        heavy = dice.gauss(0, 1) / math.sqrt(sum(dice.gauss(0, 1) ** 2 for _ in range(3)) / 3)
        returns.append(max(-0.6, 0.002 + 0.02 * heavy) if day != 250 else -0.45)
    return list(range(18_000, 18_700)), returns


def expected(days, returns, others):
    """What empyrical and quantstats make of a series: the name of the host's statistic, the program, and the value."""
    import empyrical
    import pandas
    import quantstats.stats as quantstats

    per_year = len(returns) * 365.25 / (days[-1] - days[0] + 1)
    series = pandas.Series(returns, index=pandas.to_datetime(days, unit="D"))
    count = min(len(returns), len(others))
    values = {
        "totalReturn": [empyrical.cum_returns_final(series), quantstats.comp(series)],
        "annualizedReturn": [empyrical.annual_return(series, annualization=per_year)],
        "sharpeRatio": [
            empyrical.sharpe_ratio(series, annualization=per_year),
            quantstats.sharpe(series, periods=per_year),
        ],
        "sortinoRatio": [
            empyrical.sortino_ratio(series, annualization=per_year),
            quantstats.sortino(series, periods=per_year),
        ],
        "calmarRatio": [empyrical.calmar_ratio(series, annualization=per_year)],
        "maxDrawdown": [-empyrical.max_drawdown(series), -quantstats.max_drawdown(series)],
        "volatility": [
            empyrical.annual_volatility(series, annualization=per_year),
            quantstats.volatility(series, periods=per_year),
        ],
        "valueAtRisk95": [-empyrical.value_at_risk(series, cutoff=0.05)],
        "parametricValueAtRisk95": [-quantstats.value_at_risk(series, confidence=0.95)],
        "winRate": [quantstats.win_rate(series)],
        "profitFactor": [quantstats.profit_factor(series)],
        "correlation": [pandas.Series(returns[:count]).corr(pandas.Series(others[:count]))],
    }
    return {name: [float(value) for value in list_] for name, list_ in values.items()}


def build(data):
    sets = {"perpetual": perpetual(data), "share": share(data), "wild": wild()}
    names = list(sets)
    return {
        name: {"days": sets[name][0], "returns": sets[name][1], "correlated_with": names[(place + 1) % 3]}
        for place, name in enumerate(names)
    }


def main():
    if "--write" in sys.argv:
        fixture = build(pathlib.Path(sys.argv[sys.argv.index("--write") + 1]))
    else:
        fixture = json.loads(FIXTURE.read_text(encoding="utf-8"))
    differences = checked = 0
    for name, data in fixture.items():
        found = expected(data["days"], data["returns"], fixture[data["correlated_with"]]["returns"])
        if "--write" in sys.argv:
            data["expected"] = found
            continue
        for statistic, values in found.items():
            for value, wanted in zip(values, data["expected"][statistic], strict=True):
                checked += 1
                if not math.isclose(value, wanted, rel_tol=TOLERANCE):
                    differences += 1
                    print(f"{name} {statistic}: {value} instead of {wanted}")
    if "--write" in sys.argv:
        FIXTURE.parent.mkdir(exist_ok=True)
        FIXTURE.write_text(json.dumps(fixture, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {FIXTURE}")
    else:
        print(f"{checked} values of {len(fixture)} series compared, {differences} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
