"""What the peers' programs have in common: the settings of both strategies, and how a result is told."""

import json
import sys
import time

FAST, SLOW, CASH, FEE = 20, 100, 1_000_000.0, 0.0002
TRADES_FAST, TRADES_SLOW = 100, 1000


def told(events, seconds, fills, equity):
    """One line of JSON; `seconds` are the loop's alone, `fills` in units that changed hands."""
    print(json.dumps({"events": events, "loop_seconds": seconds, "traded": fills, "equity": equity}))


def arguments():
    """The case and its file."""
    _, case, path = sys.argv
    return case, path


class Clock:
    def __enter__(self):
        self.began = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.began
