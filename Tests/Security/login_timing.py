"""A refused login takes as long for a name that nobody has as for one that somebody has.

    STRATAGEM=.build/release/stratagem python3 Tests/Security/login_timing.py      # a few seconds
"""

import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Streams"))
from host import Host  # noqa: E402

USERS = 15
# Of the medians. A password that is not hashed for the unknown would make it a hundred.
RATIO_MAX = 1.5


def add(host, name):
    subprocess.run([os.environ["STRATAGEM"], "user", "add", name, "--role", "viewer", "--password-file", "-", "--quiet",
                    "--strategies", str(host.folder / "strategies"), "--data-dir", str(host.folder / "data")],
                   input=b"a-password-of-theirs\n", check=True)


def refusal(host, name, number):
    """Milliseconds, and what was said: status and code. Each time from another address: several failures of one have to wait."""
    address = urllib.parse.urlsplit(host.url)
    body = json.dumps({"username": name, "password": "not-the-password"})
    connection = http.client.HTTPConnection(address.hostname, address.port, 30, source_address=(f"127.0.1.{number}", 0))
    began = time.perf_counter()
    connection.request("POST", "/api/auth/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = json.load(answer)
    milliseconds = (time.perf_counter() - began) * 1e3
    connection.close()
    return milliseconds, (answer.status, said["error"]["code"], said["error"]["message"])


def main():
    host = Host()
    try:
        for number in range(USERS):
            add(host, f"known-{number}")
        refusal(host, "warm-up", 1)
        times, answers = {"known": [], "unknown": []}, {}
        # In turns, and each name once: further failures of one name are answered later on purpose.
        for number in range(USERS):
            for turn, kind in enumerate(times):
                milliseconds, answers[kind] = refusal(host, f"{kind}-{number}", 2 + 2 * number + turn)
                times[kind].append(milliseconds)
    finally:
        host.stop()
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    ratio = max(known, unknown) / min(known, unknown)
    print(f"{USERS} refused logins each: {known:.1f} ms for names that are there, {unknown:.1f} ms for others, ratio {ratio:.2f}")
    if answers["known"] != answers["unknown"]:
        print(f"FAILED  the answers differ: {answers}")
        return 1
    return 0 if ratio <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
