#!/usr/bin/env python3
"""Holds the host's evaluation of models to xgboost itself, and to a logistic regression written out.

    python3 Tests/Reference/models_reference.py STRATAGEM

For several depths, objectives and sizes a model is trained on drawn data, saved as XGBoost's JSON and evaluated by
`stratagem models` on 10,000 rows of which a tenth of the values is missing; every prediction must be the library's to 1e-6 (of the
larger of one and its magnitude). Exit code 1 where something differs. Needs numpy and xgboost.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import xgboost

ROWS = 10_000
TOLERANCE = 1e-6
NAMES = ["rsi_14", "zscore_20", "return_5", "return_20", "adx_14", "natr_14", "volume_ratio_20", "efficiency_ratio_10",
         "bbands_percent_b_20_2", "book_imbalance_5", "obv", "mid_price"]
CASES = [
    ("one stump", {"objective": "binary:logistic", "max_depth": 1}, 1),
    ("depth 3", {"objective": "binary:logistic", "max_depth": 3}, 20),
    ("depth 6, 100 trees", {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1}, 100),
    ("depth 10, exact", {"objective": "binary:logistic", "max_depth": 10, "tree_method": "exact"}, 10),
    ("pruned, base score", {"objective": "binary:logistic", "max_depth": 6, "gamma": 2, "base_score": 0.2}, 30),
    ("leaf-wise", {"objective": "binary:logistic", "grow_policy": "lossguide", "max_leaves": 31, "max_depth": 0}, 25),
    ("forest", {"objective": "binary:logistic", "max_depth": 4, "num_parallel_tree": 5, "subsample": 0.6}, 5),
    ("regression", {"objective": "reg:squarederror", "max_depth": 6}, 100),
    ("regression, base score", {"objective": "reg:squarederror", "max_depth": 4, "base_score": -3.5}, 40),
]


def drawn(draw, count):
    """Values of very different sizes, as features are; a tenth is missing."""
    scales = 10.0 ** draw.integers(-4, 6, len(NAMES))
    x = draw.normal(0, 1, (count, len(NAMES))) * scales
    known = x / scales
    y = known[:, 0] - known[:, 1] * known[:, 2] + np.abs(known[:, 3]) + draw.normal(0, 0.5, count)
    x[draw.random(x.shape) < 0.1] = np.nan
    return x, y


def told(host, model, x, folder):
    rows = folder / "rows.csv"
    with open(rows, "w") as out:
        out.write(",".join(NAMES) + "\n")
        for row in x:
            out.write(",".join("" if np.isnan(value) else repr(float(value)) for value in row) + "\n")
    outcome = subprocess.run([host, "models", str(model), "--rows", str(rows)], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"{host} models ended with {outcome.returncode}: {outcome.stderr}")
    return np.array([float(line) for line in outcome.stdout.split()[1:]])


def judge(name, ours, theirs):
    worst = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))) if len(ours) == len(theirs) else np.inf
    print(f"{name}: {len(ours)} predictions, largest difference {worst:.2e}")
    return worst <= TOLERANCE


def trees(host, folder, name, settings, rounds, seed):
    draw = np.random.default_rng(seed)
    x, y = drawn(draw, ROWS)
    if settings["objective"] == "binary:logistic":
        y = (y > np.median(y)).astype(float)
    settings = {"nthread": 1, "seed": seed} | settings
    booster = xgboost.train(settings, xgboost.DMatrix(x[:3000], y[:3000], feature_names=NAMES), rounds)
    booster.save_model(folder / "model.json")
    fresh, _ = drawn(draw, ROWS)
    # Rows of both: those that it was trained on stand close to the thresholds.
    fresh[:2000] = x[:2000]
    return judge(name, told(host, folder / "model.json", fresh, folder),
                 booster.predict(xgboost.DMatrix(fresh, feature_names=NAMES)).astype(float))


def regression(host, folder):
    draw = np.random.default_rng(99)
    x, _ = drawn(draw, ROWS)
    means, scales = np.nanmean(x, axis=0), np.nanstd(x, axis=0)
    weights = draw.normal(0, 1, len(NAMES))
    (folder / "model.json").write_text(json.dumps({
        "features": NAMES, "means": means.tolist(), "scales": scales.tolist(), "coefficients": weights.tolist(),
        "intercept": 0.25}))
    theirs = 1 / (1 + np.exp(-(np.nan_to_num((x - means) / scales) @ weights + 0.25)))
    return judge("logistic regression", told(host, folder / "model.json", x, folder), theirs)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(f"xgboost {xgboost.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        good = [trees(sys.argv[1], folder, *case, seed=place + 1) for place, case in enumerate(CASES)]
        good.append(regression(sys.argv[1], folder))
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
