"""Requests byte for byte as a case wants them, and what every answer to bad input has to look like."""

import base64
import collections
import http.client
import json
import re
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Durability"))

V1 = {400: {"DATA_001", "RISK_001", "RISK_002", "COMP_001"}, 401: {"AUTH_001"}, 403: {"AUTH_002"},
      503: {"EXEC_002", "DATA_002"}}
MAIN = {400: {"VALIDATION_FAILED", "RISK_LIMIT_EXCEEDED", "COMPLIANCE_REJECTED"}, 401: {"UNAUTHORIZED"},
        403: {"FORBIDDEN"}, 503: {"UNAVAILABLE"}}
BOTH = {404: {"NOT_FOUND"}, 405: {"METHOD_NOT_ALLOWED"}, 409: {"CONFLICT"}, 413: {"PAYLOAD_TOO_LARGE"},
        429: {"RATE_LIMITED"}}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


class Answer:
    def __init__(self, status, headers, text):
        self.status = status
        self.headers = headers
        self.text = text

    def json(self):
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def error(self):
        body = self.json()
        return body.get("error") if isinstance(body, dict) else None

    def details(self, name):
        error = self.error()
        return (error.get("details") or {}).get(name) or [] if isinstance(error, dict) else []

    def faults(self):
        return {fault["path"] for fault in self.details("faults")}


class Wire:
    """One connection to the host, the count of answers, and the list of what was wrong."""

    def __init__(self, url):
        parts = urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.connection = None
        self.statuses = collections.Counter()
        self.cases = 0
        self.failures = []

    def send(self, method, path, body=None, headers=None, token=None):
        """`body` goes out as it is when it is bytes, as JSON otherwise."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        for attempt in (1, 2):
            reused = self.connection is not None
            try:
                if not reused:
                    self.connection = http.client.HTTPConnection(*self.address, timeout=30)
                self.connection.putrequest(method, path, skip_accept_encoding=True)
                if body is not None and "Content-Length" not in headers:
                    self.connection.putheader("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.connection.putheader(name, value)
                self.connection.endheaders(body)
                answer = self.connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
                self.statuses[answer.status] += 1
                if answer.will_close:
                    self.close()
                return Answer(answer.status, answer.headers, text)
            except (OSError, http.client.HTTPException):
                self.close()
                # A connection that had idled may be gone; a fresh one has no excuse.
                if not reused or attempt == 2:
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def raw(self, data, seconds=3):
        """What comes back for these bytes until the host closes or is silent for `seconds`."""
        received = b""
        with socket.create_connection(self.address, timeout=seconds) as wire:
            try:
                wire.sendall(data)
                wire.shutdown(socket.SHUT_WR)
            except OSError:
                # Closed in the middle: what was answered before is still to be read.
                pass
            try:
                while chunk := wire.recv(65536):
                    received += chunk
            except OSError:
                pass
        match = re.match(rb"HTTP/1\.1 (\d{3}) ", received)
        status = int(match[1]) if match else None
        self.statuses[status or "closed"] += 1
        return status, received

    # Judging

    def fail(self, case, why, text=""):
        self.failures.append(f"{case}: {why}" + (f"\n      {text[:400]}" if text else ""))

    def expect(self, case, answer, statuses, dialect="d003", faults=None, path="/api/"):
        """One of these statuses and, for an error, the dialect's shape; `faults` = the fields that must all be named."""
        self.cases += 1
        statuses = {statuses} if isinstance(statuses, int) else set(statuses)
        if answer.status not in statuses:
            return self.fail(case, f"answered {answer.status}, not {sorted(statuses)}", answer.text)
        if answer.status < 400:
            return None
        why = shape_fault(answer, dialect, path)
        if why:
            return self.fail(case, why, answer.text)
        if faults is None:
            return None
        faults = set(faults)
        # Two dialects have no list of faults: there the message names them.
        named = {name for name in faults if name in answer.text} if dialect in ("d000", "d001") else answer.faults()
        if named != faults:
            self.fail(case, f"names {sorted(named)}, not {sorted(faults)}", answer.text)


def shape_fault(answer, dialect, path):
    """Why the body is not an error of this dialect; None when it is."""
    if not (answer.headers.get("Content-Type") or "").startswith("application/json"):
        return f"content type {answer.headers.get('Content-Type')}"
    body = answer.json()
    if not isinstance(body, dict):
        return "no JSON object"
    if dialect == "d000":
        good = body.get("success") is False and isinstance(body.get("error"), str) and body["error"]
        return None if good else "not {success:false, error:text}"
    if dialect == "d001":
        good = body.get("type") == "error" and body.get("error_code") and body.get("error_message")
        return None if good else "not {type:error, error_code, error_message}"
    if dialect == "d003and000" and body.get("success") is not False:
        return "no success:false"
    if dialect == "d003and001" and not (body.get("type") == "error" and body.get("error_code")):
        return "no type:error with its code"
    error = body.get("error")
    if not isinstance(error, dict):
        return "no error object"
    for name in ("code", "message", "timestamp", "request_id"):
        if not isinstance(error.get(name), str) or not error[name]:
            return f"error.{name} is missing"
    if not TIME.match(error["timestamp"]):
        return "error.timestamp is no time"
    if error["request_id"] != answer.headers.get("X-Request-ID"):
        return "error.request_id is not the header's"
    family = V1 if path.startswith("/api/v1") else MAIN
    codes = family.get(answer.status) or BOTH.get(answer.status, set())
    return None if error["code"] in codes else f"code {error['code']} for {answer.status}"


def forged_tokens(token):
    """Tokens that look like `token` and must not be taken."""
    head, claims, signature = token.split(".")

    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    content = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    promoted = encode(dict(content, roles=["admin"], exp=content["exp"] + 10 ** 6))
    return {
        "alg none": encode({"alg": "none", "typ": "JWT"}) + "." + claims + ".",
        "alg None with the signature": encode({"alg": "None", "typ": "JWT"}) + "." + claims + "." + signature,
        "alg RS256": encode({"alg": "RS256", "typ": "JWT"}) + "." + claims + "." + signature,
        "no alg": encode({"typ": "JWT"}) + "." + claims + "." + signature,
        "other claims": head + "." + promoted + "." + signature,
        "no signature": head + "." + claims + ".",
        "half a signature": head + "." + claims + "." + signature[:20],
        "a key of zeros": head + "." + claims + "." + "A" * len(signature),
        "two parts": head + "." + claims,
        "five parts": token + ".a.b",
        "no claims": head + ".." + signature,
        "claims that are no JSON": head + ".bm9uZQ." + signature,
        "garbage": "garbage",
        "an unknown key": "sk_" + "a" * 64,
        "100 KB": "a" * 20 + "." + "b" * 9000 + "." + "c",
        "empty": "",
    }
