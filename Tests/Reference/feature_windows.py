"""Series of numbers with gaps: None stands where a value is not defined. Windows are summed afresh for every bar."""
from math import fsum


def mean(values):
    return fsum(values) / len(values)


def squares(values):
    """Sum of the squared distances from the mean."""
    middle = mean(values)
    return fsum((value - middle) ** 2 for value in values)


def products(xs, ys):
    x, y = mean(xs), mean(ys)
    return fsum((a - x) * (b - y) for a, b in zip(xs, ys))


def each(function, *series):
    """The function of the series' values bar by bar; not defined where one of them is not, or where it divides by zero."""
    result = []
    for row in zip(*series):
        if None in row:
            result.append(None)
            continue
        try:
            result.append(function(*row))
        except ZeroDivisionError:
            result.append(None)
    return result


def over(length, function, *series):
    """The function of the latest `length` values of each series, oldest first."""
    result = []
    for end in range(1, len(series[0]) + 1):
        windows = [values[end - length:end] for values in series] if end >= length else []
        if not windows or any(None in window for window in windows):
            result.append(None)
            continue
        try:
            result.append(function(*windows))
        except ZeroDivisionError:
            result.append(None)
    return result


def before(series, bars):
    return [None] * min(bars, len(series)) + series[:len(series) - bars]


def smoothed(series, seeds, weight):
    """From the mean of the first values on, the mean moves towards each value; gaps are passed over."""
    result, first, middle = [], [], None
    for value in series:
        if middle is not None:
            if value is not None:
                middle = weight * value + (1 - weight) * middle
        elif value is not None:
            first.append(value)
            if len(first) == seeds:
                middle = mean(first)
        result.append(middle)
    return result


def ema(series, length):
    return smoothed(series, length, 2 / (length + 1))


def wilder(series, length):
    return smoothed(series, length, 1 / length)


def sma(series, length):
    return over(length, mean, series)


def wma(series, length):
    weights = range(1, length + 1)
    return over(length, lambda w: fsum(k * x for k, x in zip(weights, w)) / sum(weights), series)


def running(series):
    """The sum of all values so far."""
    total, lost, result = 0.0, 0.0, []
    for value in series:
        if value is not None:
            following = total + value
            lost += fsum([total, -following, value])
            total = following
        result.append(total + lost)
    return result


def ratio(value, base):
    return value / base if base else 0.0
