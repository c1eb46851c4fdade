"""schemathesis over /openapi.json of a real host, with all its checks: no server error, no status, header or body that the
description does not have, nothing accepted that it forbids.

    STRATAGEM=.build/release/stratagem python3 Tests/Schema/schema.py [--cases 300] [--seed 1]
    STRATAGEM=.build/release/stratagem python3 Tests/Schema/schema.py --cases 3000 --edges   # some minutes
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Streams"))
from host import Host  # noqa: E402

# Answers without an end: Tests/Streams and Tests/Clients have them.
STREAMS = ["sse.stream", "additions.logs_stream"]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--edges", action="store_true", help="every edge of every field beside it, some thousand cases more")
    options = options.parse_args()
    if not shutil.which("st"):
        print("skipped: schemathesis is not there")
        return 0
    host = Host()
    try:
        # An API key: the operation that logs out does not end it.
        answer = host.http.post(host.url + "/api/auth/api-keys", json={"name": "schema", "roles": ["admin"]})
        answer.raise_for_status()
        key = answer.json()["api_key"]
        description = host.http.get(host.url + "/openapi.json").json()
        operations = sum(len(methods) for methods in description["paths"].values()) - len(STREAMS)
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder, "report.ndjson")
            words = ["st", "--config-file", str(HERE / "schemathesis.toml"), "run", host.url + "/openapi.json",
                     "--header", f"Authorization: Bearer {key}", "--checks", "all", "--phases", "examples,coverage,fuzzing" if options.edges else "fuzzing",
                     "--max-examples", str(-(-options.cases // operations)), "--seed", str(options.seed), "--no-color",
                     "--request-timeout", "250", "--continue-on-failure", "--generation-database", "none", "--warnings", "off",
                     "--report", "ndjson", "--report-ndjson-path", str(report)]
            for name in STREAMS:
                words += ["--exclude-operation-id", name]
            code = subprocess.run(words, cwd=folder).returncode
            cases = sum(line.count('"response"') for line in report.open()) if report.exists() else 0
            print(f"{operations} operations, about {cases} answers", flush=True)
        if not host.is_alive():
            print("the host is not well after that")
            code = 1
    finally:
        host.stop()
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
