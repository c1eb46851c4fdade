#!/usr/bin/env python3
"""Bad input of every kind, to every operation of a running host: each answer is the dialect's error with the stated status and
all faults at once, nothing is a 5xx, and afterwards the host lives and has changed nothing. The same seed sends the same."""

import argparse
import base64
import hashlib
import hmac
import json
import random
import sys
import time

from operations import ANY_BODY, OPERATIONS, ORDER, ROLES
from special import check_orders, check_wire
from values import BODIES, IDS, UNKNOWN_FIELD, fields_of, replaced, without, wrong_for, wrong_in_query
from wire import Wire, forged_tokens

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH"]


class Described:
    """One operation as /openapi.json describes it, with what the cases know of it."""

    def __init__(self, method, path, entry):
        self.method = method.upper()
        self.template = path
        self.id = entry["operationId"]
        self.known = OPERATIONS[self.id]
        self.query = [parameter for parameter in entry["parameters"] if parameter["in"] == "query"]
        content = entry.get("requestBody", {}).get("content", {})
        self.schema = content.get("application/json", {}).get("schema")
        self.needs_body = entry.get("requestBody", {}).get("required", False)
        self.statuses = {int(status) for status in entry["responses"]}
        errors = [response["content"]["application/json"]["schema"] for status, response in entry["responses"].items()
                  if status != "200"]
        self.dialect = errors[0]["$ref"].rsplit("/", 1)[1].lower().replace("error", "d") if errors else self.known.dialect

    def path(self, **values):
        path = self.template
        for name, value in {**self.known.path, **values}.items():
            path = path.replace("{" + name + "}", value)
        return path

    def target(self, **values):
        return self.path(**values) + ("?" + self.known.query if self.known.query else "")


class Check:
    def __init__(self, wire, tokens, seed):
        self.wire = wire
        self.tokens = tokens
        self.random = random.Random(seed)
        document = wire.send("GET", "/openapi.json").json()
        self.operations = [Described(method, path, entry) for path, methods in document["paths"].items()
                           for method, entry in methods.items()]

    def ask(self, operation, case, statuses, body=None, faults=None, token=None, target=None, headers=None):
        answer = self.wire.send(
            operation.method, target or operation.target(), body, headers, token or self.tokens["admin"])
        self.wire.expect(
            f"{operation.id}: {case}", answer, statuses, operation.dialect, faults, operation.template)
        return answer

    # Bodies

    def fields(self):
        """Every field with every wrong value, alone, missing, and all of them together."""
        for operation in self.operations:
            if operation.schema is None or operation.id in ANY_BODY:
                continue
            body = operation.known.body or {}
            places = list(fields_of(operation.schema))
            for place, schema in places:
                for text in wrong_for(schema):
                    # An element of a list is named by its place; the list itself is just as good.
                    answer = self.ask(operation, f"{'.'.join(place)} = {text[:60]}", 400, replaced(body, {place: text}))
                    named = {".".join(place)}
                    faults = {path.rsplit(".", 1)[0] if path[-1:].isdigit() else path for path in answer.faults()}
                    if operation.dialect in ("d000", "d001"):
                        faults = {name for name in named if name in answer.text}
                    if answer.status == 400 and faults != named:
                        self.wire.fail(f"{operation.id}: {'.'.join(place)} = {text[:60]}", f"names {sorted(faults)}", answer.text)
            for name in operation.schema.get("required", []):
                self.ask(operation, f"without {name}", 400, without(body, (name,)), {name})
            self.ask(operation, "an unknown field", 400, dict(body, **{UNKNOWN_FIELD: 1}), {UNKNOWN_FIELD})
            if operation.needs_body:
                required = set(operation.schema["required"])
                self.ask(operation, "no body", 400, None, required)
                self.ask(operation, "an empty object", 400, b"{}", required)
            self.all_at_once(operation, body, places)

    def all_at_once(self, operation, body, places):
        leaves = [(place, schema) for place, schema in places if "properties" not in schema]
        for turn in range(3):
            spoilt = {(UNKNOWN_FIELD,): "1"}
            for place, schema in leaves:
                # A list is wrong as a whole here: its elements would be named instead of it.
                texts = [text for text in wrong_for(schema) if schema.get("type") != "array" or text[0] != "[" or text == "[]"]
                spoilt[place] = self.random.choice(texts)
            named = {".".join(place) for place in spoilt}
            self.ask(operation, f"all fields wrong, {turn}", 400, replaced(body, spoilt), named)

    def bodies(self):
        for operation in self.operations:
            if operation.method not in ("POST", "PUT", "DELETE"):
                continue
            for name, body in BODIES.items():
                self.ask(operation, f"the body is {name}", 400, body)
            for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ""):
                self.ask(operation, f"cut off, as {kind}", 400, b'{"a":', headers={"Content-Type": kind})

    # Paths and queries

    def ids(self):
        for operation in self.operations:
            for name in operation.known.path:
                for text in IDS:
                    # Dots alone are a path of their own for no one: the host resolves nothing.
                    answer = self.wire.send(operation.method, operation.target(**{name: text}), operation.known.body, None,
                                            self.tokens["admin"])
                    # What is no path at all has no operation, and so no dialect of one.
                    dialect = "d003" if "no operation has the path" in answer.text else operation.dialect
                    self.wire.expect(f"{operation.id}: {name} = {text[:60]}", answer, {400, 404}, dialect, None, operation.template)

    def queries(self):
        for operation in self.operations:
            for parameter in operation.query:
                name = parameter["name"]
                rest = "&".join(pair for pair in operation.known.query.split("&") if pair and not pair.startswith(name + "="))
                for text in wrong_in_query(parameter["schema"]):
                    self.ask(operation, f"?{name}={text[:60]}", 400, operation.known.body, faults={name},
                             target=f"{operation.path()}?{rest}&{name}={text}")
                good = {"integer": "5"}.get(parameter["schema"].get("type"), "2025-01-01T00:00:00Z")
                twice = f"{operation.path()}?{rest}&{name}={good}&{name}={good}"
                answer = self.ask(operation, f"?{name} twice", 400, operation.known.body, target=twice)
                # In 000's words faults stand in the text.
                if name not in (answer.text if operation.dialect in ("d000", "d001") else answer.faults()):
                    self.wire.fail(f"{operation.id}: ?{name} twice", "is not named", answer.text)
                if parameter["required"]:
                    self.ask(operation, f"without ?{name}", 400, faults={name}, target=f"{operation.path()}?{rest}")
            if operation.query:
                for text in ("%zz", "limit=%", "limit=%ff", "%00=%C0%AF", "&".join(f"x{n}=1" for n in range(300))):
                    self.ask(operation, f"?{text[:20]}", 400, target=f"{operation.target()}{'&' if operation.known.query else '?'}{text}")
                wrong = [(parameter["name"], wrong_in_query(parameter["schema"])[1]) for parameter in operation.query]
                target = operation.path() + "?" + "&".join(f"{name}={text}" for name, text in wrong)
                self.ask(operation, "all of the query wrong", 400, operation.known.body, faults={name for name, _ in wrong}, target=target)

    def methods(self):
        paths = {}
        for operation in self.operations:
            paths.setdefault(operation.template, []).append(operation)
        for operations in paths.values():
            allowed = {operation.method for operation in operations}
            allowed |= {"HEAD"} if "GET" in allowed else set()
            for method in METHODS + ["HEAD"]:
                if method in allowed:
                    continue
                answer = self.wire.send(method, operations[0].target(), b"{}", None, self.tokens["admin"])
                case = f"{method} {operations[0].template}"
                if method == "HEAD":
                    self.wire.cases += 1
                    if answer.status != 405:
                        self.wire.fail(case, f"answered {answer.status}, not 405")
                    continue
                self.wire.expect(case, answer, 405, operations[0].dialect, path=operations[0].template)
                named = {word.strip() for word in (answer.headers.get("Allow") or "").split(",")}
                if named != allowed:
                    self.wire.fail(case, f"Allow is {named}, not {allowed}")
        for path in ("/nothing", "/api", "/api/", "//", "/api//orders", "/api/orders/", "/API/ORDERS", "/api/../health",
                     "/api/v1", "/%61pi/nothing", "/../../etc/passwd", "/api/orders;x=1", "/a" * 3000):
            self.wire.expect(f"GET {path[:40]}", self.wire.send("GET", path, token=self.tokens["admin"]), 404, path=path)

    # Who may

    def rights(self):
        for operation in self.operations:
            role = operation.known.role
            if role is None:
                continue
            # The role is looked at before the body, so that a stranger learns nothing of it.
            body = b'{"a":' if operation.schema else None
            answer = self.wire.send(operation.method, operation.target(), body)
            self.wire.expect(f"{operation.id}: no token", answer, 401, operation.dialect, path=operation.template)
            for name, token in self.tokens["bad"].items():
                self.ask(operation, f"token: {name}", 401, body, token=token or " ")
            for scheme in ("Basic YWRtaW46YWRtaW4=", "Bearer", "bearer  ", "Token x"):
                answer = self.wire.send(operation.method, operation.target(), body, {"Authorization": scheme})
                self.wire.expect(f"{operation.id}: {scheme!r}", answer, 401, operation.dialect, path=operation.template)
            for lower in ROLES[:ROLES.index(role)]:
                for text in (body, operation.known.body) if operation.schema else (None,):
                    self.ask(operation, f"as {lower}", 403, text, token=self.tokens[lower])

    # Chance

    def chance(self, count):
        """Requests that would change nothing even when they were good, with bytes changed, cut, doubled and put in."""
        bases = [(operation, dict(operation.known.body)) for operation in self.operations
                 if operation.id in ("orders.place", "orders.modify", "positions.close", "strategies.config", "auth.validate")]
        strange = [b"1e400", b"\0", b"\xff", b'"', b"{", b"[[[[", b"-", b"null", b"\\u0000", "٣".encode(), b"9" * 40, b",", b"\\"]
        for turn in range(count):
            operation, body = self.random.choice(bases)
            if operation.id == "orders.place":
                body = dict(body, strategy_id="zzzzzzzzzzzzzzzz")
            text = bytearray(json.dumps(body).encode())
            for _ in range(self.random.randint(1, 4)):
                place = self.random.randrange(len(text))
                match self.random.randrange(4):
                    case 0: text[place] = self.random.randrange(256)
                    case 1: del text[place:place + self.random.randint(1, 6)]
                    case 2: text[place:place] = self.random.choice(strange)
                    case 3: text[place:place] = text[place:place + self.random.randint(1, 30)]
                text = text or bytearray(b"{")
            target = operation.target(**({"strategy_id": "none"} if operation.id == "strategies.config" else {}))
            self.ask(operation, f"chance {turn}: {bytes(text)[:200]!r}", {200, 400, 404} & operation.statuses, bytes(text),
                     target=target)

    # Before and after

    def state(self):
        """What no bad request may change, of the book that no strategy trades."""
        def get(path):
            return self.wire.send("GET", path, token=self.tokens["admin"]).json()

        manual = [(position["id"], position["quantity"], position["realized_pnl"]) for position in get("/api/positions")["positions"]
                  if position["strategy_id"] == "manual"]
        return {
            "positions": manual, "limits": get("/api/risk/portfolio").get("limits"),
            "orders": [(order["order_id"], order["status"]) for order in get("/api/orders?strategy_id=manual&limit=1000")["orders"]],
            "trades": len(get("/api/trades?strategy_id=manual&limit=1000")["trades"]), "stops": get("/api/v1/emergency-stops"),
            "strategies": [(strategy["id"], strategy.get("config")) for strategy in get("/api/strategies")["data"]["strategies"]],
            "keys": [key["id"] for key in get("/api/auth/api-keys")["api_keys"]],
        }


def signed(key, claims):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return text + "." + part(hmac.new(key, text.encode(), hashlib.sha256).digest())


def expired(login, folder):
    """Tokens that the host has signed itself, so to say, and must not take any more."""
    key = (folder / "secret.key").read_bytes()[:32]
    claims = json.loads(base64.urlsafe_b64decode(login.split(".")[1] + "=="))
    now = int(time.time())
    return {
        "expired": signed(key, dict(claims, iat=now - 2000, exp=now - 1)),
        "far too large an expiry": signed(key, dict(claims, exp=10 ** 30)),
        "an expiry that is a text": signed(key, dict(claims, exp="tomorrow")),
        "no expiry": signed(key, {name: value for name, value in claims.items() if name != "exp"}),
    }


def make_tokens(wire, given, password, folder):
    """An API key of each role, a login's token where there is one, and tokens that must not be taken (any more)."""
    tokens = {"login": given, "bad": {}}
    if not given:
        session = login(wire, password)
        tokens["login"] = session["accessToken"]
        tokens["bad"]["a refresh token"] = session["refreshToken"]
        ended = login(wire, password)["accessToken"]
        wire.send("POST", "/api/auth/logout", {}, token=ended)
        tokens["bad"]["of a login that has ended"] = ended
    if tokens["login"].count(".") == 2:
        tokens["bad"].update(forged_tokens(tokens["login"]))
    if folder:
        tokens["bad"].update(expired(tokens["login"], folder))
    for role in ROLES:
        answer = wire.send("POST", "/api/auth/api-keys", {"name": "bad input", "roles": [role]}, token=tokens["login"])
        if answer.status != 200:
            sys.exit(f"error: making an API key answers {answer.status}: {answer.text}")
        tokens[role] = answer.json()["api_key"]
        tokens[role + " id"] = answer.json()["id"]
    return tokens


def login(wire, password):
    answer = wire.send("POST", "/api/auth/login", {"username": "admin", "password": password})
    if answer.status != 200:
        sys.exit(f"error: the login answers {answer.status}: {answer.text}")
    return answer.json()


def rest_order(check):
    """An order far below the market, which bad changes must leave as it is."""
    stats = None
    for _ in range(100):
        stats = check.wire.send("GET", "/api/market-data/BTC_USDT/stats", token=check.tokens["admin"]).json()
        if "last_price" in stats:
            break
        time.sleep(0.1)
    price = stats["last_price"]
    order = dict(ORDER, order_kind="LIMIT", quantity=0.01, price=int(price / 2))
    del order["stop_price"]
    answer = check.wire.send("POST", "/api/orders", order, token=check.tokens["trader"])
    if answer.status != 200:
        sys.exit(f"error: an order below the market answers {answer.status}: {answer.text}")
    return answer.json()["order_id"]


def run(wire, tokens, seed, count):
    check = Check(wire, tokens, seed)
    unknown = {operation.id for operation in check.operations} ^ set(OPERATIONS)
    if unknown:
        wire.fail("operations.py", f"and /openapi.json differ in {sorted(unknown)}")
    resting = rest_order(check)
    before = check.state()
    parts = {
        "fields": check.fields, "bodies": check.bodies, "ids": check.ids, "queries": check.queries, "methods": check.methods,
        "rights": check.rights, "chance": lambda: check.chance(count), "wire": lambda: check_wire(wire, tokens),
        "orders": lambda: check_orders(check, resting)}
    for name, part in parts.items():
        begin, cases = time.monotonic(), wire.cases
        part()
        print(f"{name:8} {wire.cases - cases:6} cases {time.monotonic() - begin:6.1f} s", flush=True)
    after = check.state()
    for name, value in before.items():
        if after[name] != value:
            wire.fail("afterwards", f"{name} changed", f"{value} → {after[name]}")
    for path in ("/health", "/readiness"):
        answer = wire.send("GET", path)
        if answer.status != 200:
            wire.fail("afterwards", f"{path} answers {answer.status}", answer.text)
    wire.send("DELETE", f"/api/orders/{resting}", token=tokens["admin"])
    for role in ROLES:
        wire.send("DELETE", f"/api/auth/api-keys/{tokens[role + ' id']}", token=tokens["login"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--base", help="URL of a host that runs already, on paper and without rate limits; else one is started")
    arguments.add_argument("--token", help="of an admin of that host: of a login, or an API key")
    arguments.add_argument("--password", help="instead of --token: of its user admin")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--count", type=int, default=1500, help="requests made by chance")
    options = arguments.parse_args()
    if options.base and not (options.token or options.password):
        arguments.error("--base needs --token or --password")
    begin = time.monotonic()
    own = None
    if not options.base:
        from host import PASSWORD, Host

        own = Host(speed="1")
        own.start()
        _, pid = own.wait_ready()
    wire = Wire(options.base or own.url)
    try:
        tokens = make_tokens(wire, options.token, options.password or (own and PASSWORD), own and own.data)
        run(wire, tokens, options.seed, options.count)
        if own and own.pid() != pid:
            wire.fail("afterwards", "the host was started again", own.log_tail())
    finally:
        wire.close()
        if own:
            own.remove(keep=bool(wire.failures))
    print(f"seed {options.seed}: {wire.cases} cases in {time.monotonic() - begin:.0f} s; answers "
          + ", ".join(f"{status}: {count}" for status, count in sorted(wire.statuses.items(), key=str)))
    shown = 100
    for failure in wire.failures[:shown]:
        print("FAULT " + failure)
    if wire.failures:
        print(f"{len(wire.failures)} faults" + (f", the first {shown} of them shown" if len(wire.failures) > shown else ""))
    return 1 if wire.failures else 0


if __name__ == "__main__":
    sys.exit(main())
