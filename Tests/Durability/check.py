"""What a host must still know after its death: judged from REST and, beside it, from the database."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from host import UNIT, money, number
from load import LOTS

OPENING = Decimal(1_000_000)
RATES = {"USDT": Decimal(1), "USD": Decimal(1), "INR": Decimal("0.0118")}
ORIGIN_OPERATOR = 1
SIDES = {1: "BUY", 2: "SELL"}


@dataclass
class Result:
    faults: list = field(default_factory=list)
    acknowledged: int = 0
    found: int = 0
    fills: int = 0
    positions: int = 0
    stops: int = 0
    retried: int = 0


class Checker:
    def __init__(self, host, ledger):
        self.host, self.ledger = host, ledger
        self.newest_order = 0
        self.newest_fill = 0
        self.fill_digest = None
        self.other_orders = set()  # of probes of stops
        self.session = None
        self.found = self.fills = self.strategy_orders = self.retried = self.carried_out = 0
        self.settings_checked = self.stops_checked = self.cash_checked = 0
        self.probes = 0

    def check(self, probe_stops=True, is_last=False):
        self.result = result = Result()
        self.client = self.host.client()
        result.faults += self.ledger.faults
        self.ledger.faults.clear()
        self.check_settings()
        self.check_stops(probe_stops)
        self.retry_unanswered()
        self.retry_answered()
        self.check_orders(is_last)
        self.check_sender()
        self.check_books(is_last)
        return result

    def fault(self, text):
        self.result.faults.append(text)

    def expect(self, is_good, text):
        if not is_good:
            self.fault(text)

    # Settings

    def check_settings(self):
        for name, setting in self.ledger.settings.items():
            if name == "limits":
                limits = self.client.get("/api/risk/portfolio")["limits"]
                seen = (Decimal(limits["max_position_size"]), Decimal(limits["max_daily_loss"]))
            else:
                strategy, what = name.split(" ")
                view = self.client.get(f"/api/strategies/{strategy}")
                seen = view["enabled"] if what == "enabled" else view["parameters"].get(what)
            self.expect(
                setting.allows(seen), f"{name} is {seen}, acknowledged {setting.value}, unanswered {setting.pending}")
            setting.settle(seen)
            self.settings_checked += 1

    # Stops

    def check_stops(self, is_probing):
        ledger = self.ledger
        listed = {
            entry["stop_id"]: entry for entry in self.client.get("/api/v1/emergency-stops")["active_stops"]}
        active = {name for name, entry in listed.items() if entry["status"] == "active"}
        for name, (scope, target, mode) in list(ledger.stops.items()):
            if name not in active and name == ledger.pending_release:
                del ledger.stops[name]  # released, but the answer was lost
                ledger.released.add(name)
            elif name not in active:
                self.fault(f"{name} ({scope} {target} {mode}) is no longer in force: {listed.get(name)}")
                del ledger.stops[name]
            else:
                entry = listed[name]
                self.expect(
                    (entry["scope"], entry["target_id"], entry["mode"]) == (scope, target, mode),
                    f"{name} was {(scope, target, mode)} and is {entry}")
        for name in active - set(ledger.stops):
            entry = listed[name]
            stop = (entry["scope"], entry["target_id"], entry["mode"])
            self.expect(name not in ledger.released, f"{name} was released and is in force again")
            self.expect(stop == ledger.pending_throw, f"{name} {stop} was thrown by nobody")
            if name not in ledger.released:
                ledger.stops[name] = stop
        ledger.pending_throw = ledger.pending_release = None
        self.result.stops = len(ledger.stops)
        self.stops_checked += len(ledger.stops) + len(ledger.released & set(listed))
        if is_probing:
            self.probe_stops()

    def probe_stops(self):
        """Each stop that is in force still denies what it covers; what none of them covers passes."""
        stops = self.ledger.stops
        for name, (scope, target, mode) in stops.items():
            book = target if scope == "agent" else "manual"
            instrument = target if scope == "instrument" else "SOL_USDT"
            if mode == "reduce":
                continue  # whether an order shrinks a position depends on the position
            status, answer = self.probe(book, instrument)
            self.expect(status == 503, f"{name} ({scope} {target} {mode}) let an order pass: {status} {answer}")
        for scope, target, mode in stops.values():
            if mode == "flatten":
                self.wait_flat(scope, target)
        if any(scope == "system" for scope, _, _ in stops.values()):
            return
        stopped = {target for _, target, _ in stops.values()}
        for instrument in LOTS:
            if instrument in stopped:
                continue
            status, answer = self.probe("manual", instrument)
            self.expect(status != 503, f"no stop covers manual {instrument}, and an order was answered: {answer}")

    def probe(self, book, instrument):
        self.probes += 1
        body = {"strategy_id": book, "instrument": instrument, "order_type": "BUY",
                "quantity": Decimal(LOTS[instrument][0])}
        status, answer = self.client.call("POST", "/api/orders", body, key=f"probe-{self.probes}")
        if status == 200:
            self.other_orders.add(answer["order_id"])
        return status, answer

    def wait_flat(self, scope, target):
        """Stops that flatten go on with it after a restart."""
        deadline = time.monotonic() + 5
        while True:
            held = [
                position for position in self.client.get("/api/positions")["positions"]
                if scope == "system" or target in (position["strategy_id"], position["instrument"])]
            if not held or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        self.expect(not held, f"the flattening stop of {scope} {target} leaves {held[:1]}")

    # Requests again

    def retry_unanswered(self):
        for sent in self.ledger.sent:
            if sent.status:
                continue
            before = self.count_of(sent.key)
            status, answer = self.client.call("POST", "/api/orders", sent.body, key=sent.key)
            sent.took(status, answer)
            self.result.retried += 1
            self.retried += 1
            self.carried_out += before
            if before and status == 503:
                self.fault(f"{sent.key} was carried out before the kill and is now answered {answer}")

    def count_of(self, key):
        with self.host.database() as database:
            return database.execute("SELECT count(*) FROM idempotency WHERE key = ?", (key,)).fetchone()[0]

    def retry_answered(self):
        """Those of the last round and some older ones: the same answer, and no second order."""
        answered = [sent for sent in self.ledger.sent if sent.status in (200, 400)]
        for sent in answered[-10:] + answered[::max(1, len(answered) // 10)]:
            status, answer = self.client.call("POST", "/api/orders", sent.body, key=sent.key)
            if sent.order:
                self.expect(
                    status == 200 and answer["order_id"] == sent.order,
                    f"{sent.key} was {sent.order} and is now answered {status} {answer}")
            else:
                self.expect(status == sent.status, f"{sent.key} was {sent.status} and is now {status} {answer}")

    # Orders

    def check_orders(self, is_last):
        orders = self.client.all("/api/orders", "orders")
        acknowledged = [sent for sent in self.ledger.sent if sent.order]
        self.result.acknowledged = len(acknowledged)
        of_keys = defaultdict(list)
        for sent in acknowledged:
            of_keys[sent.order].append(sent.key)
            order = orders.get(sent.order)
            if order is None:
                self.fault(f"{sent.order} ({sent.key}) was acknowledged and is not there")
                continue
            self.result.found += 1
            self.compare(sent, order)
        self.found = self.result.found
        for order, keys in of_keys.items():
            self.expect(len(keys) == 1, f"{order} answers {keys}")
        newest = max(map(number, orders), default=0)
        self.expect(newest >= self.newest_order, f"the newest order is {newest}, and was {self.newest_order}")
        self.newest_order = newest
        with self.host.database() as database:
            rows = database.execute("SELECT id FROM orders WHERE origin = ?", (ORIGIN_OPERATOR,)).fetchall()
            mine = {f"ord-{row[0]}" for row in rows}
            known = set(of_keys) | self.other_orders
            self.expect(
                mine == known, f"orders of nobody: {sorted(mine - known)[:5]}; missing: {sorted(known - mine)[:5]}")
            keys = dict(database.execute("SELECT key, order_id FROM idempotency WHERE order_id > 0").fetchall())
            self.expect(len(set(keys.values())) == len(keys), "an order stands under two keys")
            for sent in acknowledged:
                self.expect(
                    keys.get(sent.key) == number(sent.order), f"{sent.key}: {sent.order} against {keys.get(sent.key)}")
            total, = database.execute("SELECT count(*) FROM orders").fetchone()
            self.strategy_orders = total - len(mine)
            stored = {f"ord-{row[0]}" for row in database.execute("SELECT id FROM orders WHERE id <= ?", (newest,))}
        self.expect(set(orders) <= stored, f"REST has {sorted(set(orders) - stored)[:3]}, the database not")
        self.expect(stored <= set(orders), f"the database has {sorted(stored - set(orders))[:3]}, REST not")

    def check_sender(self):
        """Its session is the one of before the kill, and what it sent is its own."""
        status, answer = self.client.call("POST", "/api/sessions", {})
        self.expect(
            status == 200 and answer["isNew"] == (self.session is None) and self.session in (None, answer["sessionId"]),
            f"the session {self.session} is now answered {status} {answer}")
        self.session = answer.get("sessionId")
        own, offset = set(), 0
        while offset >= 0:
            status, answer = self.client.call("GET", f"/api/orders/user?limit=1000&offset={offset}")
            page = [order["orderId"] for order in answer.get("orders", [])]
            own.update(page)
            offset = offset + 1000 if len(page) == 1000 else -1
        missing = sorted({sent.order for sent in self.ledger.sent if sent.order} - own)
        self.expect(not missing, f"its own orders are not its own: {missing[:5]}")

    def compare(self, sent, order):
        body = sent.body
        same = (
            order["strategy_id"] == body["strategy_id"] and order["instrument"] == body["instrument"]
            and order["order_type"] == body["order_type"] and order["order_kind"] == body.get("order_kind", "MARKET")
            and order["time_in_force"] == body.get("time_in_force", "GTC")
            and order["price"] == body.get("price"))
        quantity = Decimal(order["quantity"])
        allowed = {sent.quantity, sent.unanswered_change}
        filled = Decimal(order["filled_quantity"])
        self.expect(same and quantity in allowed, f"{sent.order} was {sent} and is {order}")
        self.expect(filled >= sent.filled, f"{sent.order} was filled by {sent.filled} and is by {filled}")
        if sent.state in ("FILLED", "CANCELLED", "REJECTED"):
            self.expect(order["status"] == sent.state, f"{sent.order} was {sent.state} and is {order['status']}")
        sent.quantity, sent.unanswered_change, sent.filled = quantity, None, filled
        if sent.state not in ("FILLED", "CANCELLED", "REJECTED"):
            sent.state = order["status"]

    # Fills, positions, cash

    def check_books(self, is_last):
        """Positions and cash as REST shows them, at a moment without a fill in between, against all fills."""
        for _ in range(200):
            before = self.newest_trade()
            positions = self.client.get("/api/positions")["positions"]
            portfolio = self.client.get("/api/risk/portfolio")
            if before == self.newest_trade():
                break
        else:
            return self.fault("no moment without a fill in 200 attempts")
        fills, currencies, multipliers, names = self.read_fills(before)
        self.result.fills = self.fills = len(fills)
        self.check_trades(fills, before, is_last)
        quantity, commission, cash = defaultdict(int), defaultdict(int), defaultdict(int)
        cash["USDT"] = OPENING * UNIT
        for identifier, order, strategy, instrument, side, price, amount, value, fee in fills:
            sign = 1 if side == 1 else -1
            book = (names[4][strategy].split(" ")[0], names[1][instrument])
            quantity[book] += sign * amount
            commission[book] += fee
            # 1e-9 of a price times 1e-8 of a quantity is 1e-17; the stored value is the same, rounded to 1e-8.
            exact = Decimal(price * amount * multipliers[instrument]) / 10 ** 9
            self.expect(
                abs(exact - value) <= 1, f"trd-{identifier}: {price} × {amount} is {exact}, stored {value}")
            cash[currencies[instrument]] -= sign * value + fee
        self.cash = cash
        seen = {(position["strategy_id"], position["instrument"]): position for position in positions}
        self.result.positions = len(seen)
        for book in set(quantity) | set(seen):
            shown = Decimal(seen[book]["quantity"]) * UNIT if book in seen else 0
            self.expect(shown == quantity[book], f"position {book} is {shown}, Σ fills {quantity[book]} (1e-8)")
            if book in seen:
                fee = Decimal(seen[book]["commission"]) * UNIT
                self.expect(fee == commission[book], f"commission of {book} is {fee}, Σ fills {commission[book]}")
        shown = Decimal(portfolio["cash"]) * UNIT
        self.expect(shown == cash["USDT"], f"cash is {shown}, recomputed {cash['USDT']} (1e-8 USDT)")
        self.cash_checked += 1

    def newest_trade(self):
        trades = self.client.get("/api/trades?limit=1")["trades"]
        return number(trades[0]["trade_id"]) if trades else 0

    def read_fills(self, newest):
        with self.host.database() as database:
            names = defaultdict(dict)
            terms = {}
            for kind, index, name, text in database.execute("SELECT kind, number, id, terms FROM names"):
                names[kind][index] = name
                if kind == 1:
                    terms[index] = text
            rows = database.execute(
                "SELECT id, order_id, strategy, instrument, side, price, quantity, value, commission "
                "FROM fills WHERE id <= ? ORDER BY id", (newest,)).fetchall()
        fills = [row[:7] + (int(money(row[7]) * UNIT), int(money(row[8]) * UNIT)) for row in rows]
        currencies, multipliers = {}, {}
        listed = {entry["instrument"]: entry for entry in self.client.get("/api/instruments")["instruments"]}
        for index, name in names[1].items():
            currencies[index] = listed[name]["quote_currency"]
            multipliers[index] = int(listed[name]["multiplier"])
        return fills, currencies, multipliers, names

    def check_trades(self, fills, newest, is_last):
        """No fill is lost or changed, and REST shows the same ones as the database."""
        old = [fill for fill in fills if fill[0] <= self.newest_fill]
        if self.fill_digest is not None:
            self.expect(hash(tuple(old)) == self.fill_digest, "fills that were there before have changed")
        fresh = {f"trd-{fill[0]}": fill for fill in fills if is_last or fill[0] > self.newest_fill}
        until = None if is_last or not self.newest_fill else f"trd-{self.newest_fill}"
        shown = self.client.all("/api/trades", "trades", until=until)
        for name, fill in fresh.items():
            trade = shown.get(name)
            if trade is None:
                self.fault(f"{name} is in the database and not in REST")
                continue
            same = (
                number(trade["order_id"]) == fill[1] and trade["side"] == SIDES[fill[4]]
                and Decimal(trade["price"]) * 10 ** 9 == fill[5] and Decimal(trade["quantity"]) * UNIT == fill[6])
            self.expect(same, f"{name} is {trade}, in the database {fill}")
        self.newest_fill = newest
        self.fill_digest = hash(tuple(fills))

    def equity(self):
        """Σ cash and positions of all currencies, converted, against the host's equity; for a market that stands."""
        self.result = Result()
        for _ in range(100):
            before = self.client.get("/api/positions")["positions"]
            portfolio = self.client.get("/api/risk/portfolio")
            if before == self.client.get("/api/positions")["positions"]:
                break
        else:
            self.fault("no moment without a tick in 100 attempts")
            return self.result.faults
        listed = {entry["instrument"]: entry for entry in self.client.get("/api/instruments")["instruments"]}
        total = sum((amount / UNIT * RATES[currency] for currency, amount in self.cash.items()), Decimal(0))
        for position in before:
            total += Decimal(position["market_value"]) * RATES[listed[position["instrument"]]["quote_currency"]]
        shown = Decimal(portfolio["equity"])
        # Each converted amount is rounded to 1e-8 by itself.
        allowed = Decimal(len(before) + len(self.cash) + 8) / UNIT
        self.expect(abs(total - shown) <= allowed, f"equity is {shown}, recomputed {total}")
        print(f"equity of {len(self.cash)} currencies: {shown}, recomputed "
              f"{total.quantize(Decimal('1e-8'), ROUND_HALF_EVEN)}")
        return self.result.faults
