#!/usr/bin/env python3
"""Expected values for the probabilistic and the deflated Sharpe ratio, out of the formulas of the two papers with nothing but Python's
own library (statistics.NormalDist).

    sharpe_reference.py           computes every value of the fixture anew, exit code 1 where one differs
    sharpe_reference.py --write   writes the fixture

Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier" (2012) and "The Deflated Sharpe Ratio" (2014). The case `paper` is the
numerical example of the latter: an annualised ratio of 2.5 on 1250 days, the best of 100 trials whose annualised ratios have a variance
of 0.5, skewness -3 and kurtosis 10, which it gives as 0.9004.
"""
import json
import math
import pathlib
import random
import statistics
import sys

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "PortfolioTests" / "Fixtures" / "sharpe.json"
TOLERANCE = 1e-9
NORMAL = statistics.NormalDist()
EULER = 0.57721566490153286060


def expected_maximum(trials, variance):
    quantiles = (1 - EULER) * NORMAL.inv_cdf(1 - 1 / trials) + EULER * NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return math.sqrt(variance) * quantiles


def probabilistic(ratio, benchmark, count, skewness, kurtosis):
    spread = math.sqrt(1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2)
    return NORMAL.cdf((ratio - benchmark) * math.sqrt(count - 1) / spread)


def moments(returns):
    """Sharpe ratio of a sample, skewness and kurtosis of a population."""
    mean = statistics.fmean(returns)
    deviation = statistics.pstdev(returns)
    power = lambda n: statistics.fmean(((value - mean) / deviation) ** n for value in returns)
    return mean / statistics.stdev(returns), power(3), power(4)


def average_correlation(series):
    pairs = [(a, b) for place, a in enumerate(series) for b in series[:place]]
    return statistics.fmean(statistics.correlation(a, b) for a, b in pairs)


def case(ratio, count, skewness, kurtosis, trials, variance):
    benchmark = expected_maximum(trials, variance)
    return {
        "ratio": ratio, "count": count, "skewness": skewness, "kurtosis": kurtosis, "trials": trials, "variance": variance,
        "expected_maximum": benchmark,
        "probabilistic": probabilistic(ratio, 0, count, skewness, kurtosis),
        "deflated": probabilistic(ratio, benchmark, count, skewness, kurtosis),
    }


def cases():
    found = {"paper": case(2.5 / math.sqrt(250), 1250, -3, 10, 100, 0.5 / 250)}
    dice = random.Random(2014)
    for number in range(40):
        skewness = dice.uniform(-3, 3)
        found[f"random {number}"] = case(
            dice.uniform(-0.2, 0.3), dice.randint(20, 3000), skewness, skewness**2 + dice.uniform(1.5, 12),
            dice.choice([dice.randint(3, 20_000), dice.uniform(3, 500)]), dice.uniform(1e-5, 0.01))
    return found


def series():
    dice = random.Random(7)
    market = [dice.gauss(0.001, 0.01) for _ in range(250)]
    trials = [[share * value + dice.gauss(0, 0.006) for value in market] for share in (1, 0.8, 0.5, 0.1, 0, -0.3)]
    ratio, skewness, kurtosis = moments(trials[0])
    return {
        "trials": trials, "ratio": ratio, "skewness": skewness, "kurtosis": kurtosis,
        "average_correlation": average_correlation(trials),
    }


def differences(found, fixture, name=""):
    if isinstance(found, dict):
        if found.keys() != fixture.keys():
            return [f"{name}: other names"]
        return [text for key in found for text in differences(found[key], fixture[key], f"{name} {key}")]
    if isinstance(found, list):
        return [text for place, (a, b) in enumerate(zip(found, fixture, strict=True)) for text in differences(a, b, f"{name} {place}")]
    return [] if math.isclose(found, fixture, rel_tol=TOLERANCE, abs_tol=1e-15) else [f"{name}: {found} instead of {fixture}"]


def main():
    found = {"cases": cases(), "series": series()}
    if "--write" in sys.argv:
        FIXTURE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {FIXTURE}")
        return 0
    wrong = differences(found, json.loads(FIXTURE.read_text(encoding="utf-8")))
    print("\n".join(wrong) or f"{len(found['cases'])} cases, none differs")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
