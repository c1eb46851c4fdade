#!/usr/bin/env python3
"""Expected values for the risk of what an account holds, computed with numpy.

    risk_reference.py           computes every value of the fixture anew, exit code 1 where one differs
    risk_reference.py --write   writes the fixture

Value at risk is J.P. Morgan and Reuters, "RiskMetrics – Technical Document" (1996): normal returns with mean 0, here with equal
weights for all moments, and the root of time.
"""
import json
import pathlib
import statistics
import sys

import numpy

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "PortfolioTests" / "Fixtures" / "risk.json"
TOLERANCE = 1e-12
MINUTES = 1440


def expected(weights, returns):
    returns = numpy.array(returns)
    held = numpy.array(weights) @ returns
    percentile = -statistics.NormalDist().inv_cdf(0.05)
    deviation = float(numpy.sqrt(numpy.mean(held**2)))
    return {
        "var_1d": percentile * deviation * MINUTES**0.5,
        "var_7d": percentile * deviation * (7 * MINUTES) ** 0.5,
        "correlations": numpy.corrcoef(returns).reshape(-1).tolist() if len(returns) > 1 else [1.0],
        "deviations": numpy.std(returns, axis=1, ddof=1).tolist(),
    }


def cases():
    random = numpy.random.default_rng(8)
    for weights, drift in [([0.6], 0.0), ([0.5, -0.2], 1e-4), ([0.3, 0.25, 0.4], -2e-4)]:
        common = random.normal(0, 4e-4, 60)
        returns = [(common * (0.4 + 0.3 * place) + random.normal(drift, 5e-4, 60)).tolist() for place in range(len(weights))]
        yield {"weights": weights, "returns": returns}


def main():
    if "--write" in sys.argv:
        FIXTURE.write_text(json.dumps([case | {"expected": expected(**case)} for case in cases()], indent=1) + "\n")
        return 0
    wrong = 0
    for case in json.loads(FIXTURE.read_text()):
        found = expected(case["weights"], case["returns"])
        for name, value in found.items():
            if not numpy.allclose(value, case["expected"][name], rtol=TOLERANCE, atol=0):
                print(f"{name}: {case['expected'][name]} stands in the fixture, {value} was found")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
