#!/usr/bin/env python3
"""Trains the two example models beside this file, trend.json (logistic regression) and trees.json (XGBoost).

    python3 strategies/models/train.py STRATAGEM [BARS.csv]

STRATAGEM is the executable: its `features` command computes what the models see, so that they see the same in a running host.
BARS.csv has bars of a minute (timestamp,open,high,low,close,volume); without it they are generated: a price whose returns swing
back after a stretch and have a little momentum, from a fixed seed. Both models say how likely the close 60 bars later is higher.
They are examples of the two file formats, not advice: on a market without such habits they know nothing. The last fifth of the
bars is not learned from, and what the models are worth there is printed. Needs numpy and xgboost.
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import xgboost

HORIZON = 60
FEATURES = ["rsi_14", "zscore_20", "return_5", "return_20", "return_60", "bbands_percent_b_20_2", "adx_14", "plus_di_14",
            "minus_di_14", "efficiency_ratio_10", "natr_14", "volume_ratio_20"]
FOLDER = pathlib.Path(__file__).parent


def generated(path, count=12_000):
    draw = np.random.default_rng(20_240_601)
    log_price, drift, anchor = np.log(50_000.0), 0.0, np.log(50_000.0)
    with open(path, "w") as out:
        out.write("timestamp,open,high,low,close,volume\n")
        for minute in range(count):
            first = log_price
            steps = []
            for _ in range(4):
                drift = 0.9 * drift + draw.normal(0, 4e-5)
                log_price += drift - 0.004 * (log_price - anchor) + draw.normal(0, 2.5e-4)
                steps.append(log_price)
            anchor = 0.998 * anchor + 0.002 * log_price
            time = np.datetime64("2024-01-01T00:00:00") + np.timedelta64(minute, "m")
            prices = np.exp([first, max(first, *steps), min(first, *steps), steps[-1]])
            out.write(f"{time}Z," + ",".join(f"{price:.2f}" for price in prices) + f",{draw.gamma(2, 5):.4f}\n")


def features(host, path):
    """The rows of FEATURES, not a number where there is none, and the closes that they belong to."""
    told = subprocess.run([host, "features", "--data", path], capture_output=True, text=True)
    if told.returncode != 0:
        sys.exit(f"{host} features ended with {told.returncode}: {told.stderr}")
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    table = np.array([[float(row[name] or "nan") for name in FEATURES] for row in rows])
    closes = np.array([float(row["close"]) for row in csv.DictReader(open(path))])
    if len(closes) != len(table):
        sys.exit(f"{path}: {len(closes)} bars, but features of {len(table)}")
    return table, closes


def logistic(x, y, penalty=1.0):
    """Newton's method; the penalty holds the coefficients, not the intercept."""
    means, scales = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    z = np.nan_to_num((x - means) / scales)
    z = np.column_stack([np.ones(len(z)), z])
    weights = np.zeros(z.shape[1])
    holds = penalty * np.eye(len(weights))
    holds[0, 0] = 0
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ weights))
        weights -= np.linalg.solve(z.T @ (z * (p * (1 - p))[:, None]) + holds, z.T @ (p - y) + holds @ weights)
    return {"features": FEATURES, "means": means.tolist(), "scales": scales.tolist(), "coefficients": weights[1:].tolist(),
            "intercept": float(weights[0]), "timeframe": "1m"}


def said(model, x):
    z = np.nan_to_num((x - np.array(model["means"])) / np.array(model["scales"]))
    return 1 / (1 + np.exp(-(z @ np.array(model["coefficients"]) + model["intercept"])))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        path = sys.argv[2] if len(sys.argv) == 3 else f"{folder}/bars.csv"
        if len(sys.argv) == 2:
            generated(path)
        x, closes = features(sys.argv[1], path)
    x, y = x[:-HORIZON], (closes[HORIZON:] > closes[:-HORIZON]).astype(float)
    # What lies between learning and judging has seen the first of what is judged.
    learned = int(len(x) * 0.8) - HORIZON
    judged = learned + HORIZON

    regression = logistic(x[:learned], y[:learned])
    (FOLDER / "trend.json").write_text(json.dumps(regression, indent=1) + "\n")

    settings = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.1, "lambda": 2, "tree_method": "hist", "nthread": 1,
                "seed": 7}
    booster = xgboost.train(settings, xgboost.DMatrix(x[:learned], y[:learned], feature_names=FEATURES), 30)
    booster.set_attr(timeframe="1m")
    booster.save_model(FOLDER / "trees.json")

    trees = booster.predict(xgboost.DMatrix(x[judged:], feature_names=FEATURES))
    for name, guess in (("trend", said(regression, x[judged:])), ("trees", trees)):
        print(f"{name}: right in {np.mean((guess > 0.5) == y[judged:]):.3f} of {len(guess)} bars that it has not seen, "
              f"{np.mean(y[judged:]):.3f} of which were followed by a rise")


if __name__ == "__main__":
    main()
