"""Load over REST, with a memory of what was sent and what was acknowledged."""

import itertools
import random
import threading
from dataclasses import dataclass, field
from decimal import Decimal

from host import Unanswered, number

STRATEGIES = ["sma_cross", "mean_reversion", "pump_v2", "dump_v2"]
BOOKS = ["manual"] * 3 + STRATEGIES
LOTS = {
    "BTC_USDT": ("0.001", "0.02"), "ETH_USDT": ("0.01", "0.3"), "SOL_USDT": ("0.1", "5"), "ADA_USDT": ("10", "800"),
    "EUR_USD": ("1", "500"), "NIFTY": ("1", "4"),
}
UNKNOWN = "unknown"
ENDED = {"FILLED", "CANCELLED", "REJECTED", UNKNOWN}


@dataclass
class Sent:
    """An order request under its Idempotency-Key, and all that is known about it."""

    key: str
    body: dict
    status: int = 0  # 0 = no answer
    order: str = ""
    state: str = ""
    filled: Decimal = Decimal(0)
    # What the order may look like: acknowledged changes, and the one that nobody answered.
    quantity: Decimal = Decimal(0)
    price: object = None
    unanswered_change: object = None

    def took(self, status, answer):
        self.status = status
        if status == 200:
            self.order = answer["order_id"]
            self.see(answer)

    def see(self, answer):
        self.state = answer["status"]
        self.filled = max(self.filled, Decimal(answer["filled_quantity"]))


@dataclass
class Setting:
    """One thing that a client can set: the value that was acknowledged, and one that nobody answered."""

    value: object = None
    pending: object = None

    def allows(self, seen):
        return self.value is None or seen == self.value or (self.pending is not None and seen == self.pending)

    def settle(self, seen):
        self.value, self.pending = seen, None


@dataclass
class Ledger:
    """What all clients together know."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    stops: dict = field(default_factory=dict)  # id → (scope, target, mode), those in force
    released: set = field(default_factory=set)
    pending_throw: object = None
    pending_release: object = None
    refusals: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    def setting(self, name):
        return self.settings.setdefault(name, Setting())

    def count(self, name):
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + 1


class Load:
    """Threads that place, change and cancel orders, and one each for settings and stops, until the host goes away."""

    serial = itertools.count(1)

    def __init__(self, host, ledger, threads=3, with_stops=True, with_settings=True, pause=0.0, seed=None):
        self.host, self.ledger, self.pause = host, ledger, pause
        self.random = random.Random(seed)
        self.stopping = threading.Event()
        works = [self.orders] * threads + [self.settings] * with_settings + [self.stops] * with_stops
        self.threads = [
            threading.Thread(target=self.guard, args=(work, random.Random(self.random.random())), daemon=True)
            for work in works
        ]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def join(self, seconds=30):
        self.stopping.set()
        for thread in self.threads:
            thread.join(seconds)
            assert not thread.is_alive(), "a client does not come back"

    def guard(self, work, dice):
        try:
            work(self.host.client(), dice)
        except Unanswered:
            pass
        except Exception as error:  # noqa: BLE001 – it is reported with the round's faults
            self.ledger.faults.append(f"client: {type(error).__name__}: {error}")

    # Orders

    def orders(self, client, dice):
        mine = []
        prices = {}
        while not self.stopping.is_set():
            if dice.random() < 0.1 or len(prices) < len(LOTS):
                for instrument in LOTS:
                    path = f"/api/market-data/{instrument}/stats"
                    status, stats = client.call("GET", path)
                    # Right after a start nothing may have traded yet.
                    if status == 503 and instrument not in prices:
                        break
                    if status != 503:
                        assert status == 200, f"GET {path} answered {status}: {stats}"
                        prices[instrument] = stats
                if len(prices) < len(LOTS):
                    self.stopping.wait(0.05)
                    continue
            move = dice.random()
            working = [sent for sent in mine if sent.order and sent.state not in ENDED][-50:]
            if working and move < 0.2:
                self.cancel(client, dice.choice(working))
            elif working and move < 0.3:
                self.modify(client, dice.choice(working), dice)
            else:
                mine.append(self.place(client, dice, prices))
            self.stopping.wait(self.pause)

    def body(self, dice, prices):
        instrument = dice.choice(list(LOTS))
        lot, most = map(Decimal, LOTS[instrument])
        body = {
            "strategy_id": dice.choice(BOOKS), "instrument": instrument, "order_type": dice.choice(["BUY", "SELL"]),
            "order_kind": "MARKET", "quantity": lot * dice.randint(1, int(most / lot)),
        }
        if dice.random() < 0.45:
            # Near the price: some are filled at once, some later, some never.
            price = last_price(prices[instrument])
            tick = TICKS[instrument]
            away = Decimal(dice.randint(-30, 60)) / 10000 * (-1 if body["order_type"] == "BUY" else 1)
            body["order_kind"] = "LIMIT"
            body["price"] = (price * (1 + away) / tick).to_integral_value() * tick
            body["time_in_force"] = dice.choice(["GTC", "GTC", "DAY", "IOC"])
        return body

    def place(self, client, dice, prices):
        body = self.body(dice, prices)
        sent = Sent(key=f"k-{next(Load.serial)}", body=body, quantity=body["quantity"], price=body.get("price"))
        with self.ledger.lock:
            self.ledger.sent.append(sent)
        status, answer = client.call("POST", "/api/orders", body, key=sent.key)
        if is_open(status, answer):
            return sent
        sent.took(status, answer)
        self.ledger.count({200: "orders", 503: "stopped"}.get(status, "denied"))
        self.note(status, answer)
        return sent

    def note(self, status, answer):
        if status not in (200, 400, 409, 503):
            self.ledger.faults.append(f"an order was answered with {status}: {answer}")

    def cancel(self, client, sent):
        status, answer = client.call("DELETE", f"/api/orders/{sent.order}")
        if status == 200:
            sent.see(answer)
            self.ledger.count("cancels")
        elif status == 409:
            self.forget(sent)
        else:
            self.ledger.faults.append(f"cancel {sent.order}: {status} {answer}")

    def forget(self, sent):
        """This client does not know how it stands, and does not touch it any more."""
        sent.state = UNKNOWN

    def modify(self, client, sent, dice):
        lot = Decimal(LOTS[sent.body["instrument"]][0])
        wanted = sent.filled + lot * dice.randint(1, 8)
        sent.unanswered_change = wanted
        status, answer = client.call("PUT", f"/api/orders/{sent.order}", {"quantity": wanted})
        if is_open(status, answer):
            return self.forget(sent)  # the old quantity or the new one
        sent.unanswered_change = None
        if status == 200:
            sent.quantity = wanted
            sent.see(answer)
            self.ledger.count("changes")
        elif status == 409:
            self.forget(sent)
        else:
            self.note(status, answer)

    # Settings

    def settings(self, client, dice):
        while not self.stopping.is_set():
            strategy = dice.choice(STRATEGIES)
            what = dice.choice(["switch", "switch", "configure", "limits"])
            if what == "switch":
                self.switch(client, strategy, dice.random() < 0.75)
            elif what == "configure":
                self.configure(client, strategy, dice)
            else:
                self.limits(client, dice)
            self.stopping.wait(0.02 + self.pause)

    def switch(self, client, strategy, on):
        setting = self.ledger.setting(f"{strategy} enabled")
        setting.pending = on
        status, answer = client.call("POST", f"/api/strategies/{strategy}/{'enable' if on else 'disable'}", {})
        self.answered(setting, status == 200, status, answer)

    PARAMETERS = {
        "sma_cross": ("slow", 20, 40), "mean_reversion": ("window", 15, 40), "pump_v2": ("max_holding", 10, 40),
        "dump_v2": ("cooldown", 2, 30),
    }

    def configure(self, client, strategy, dice):
        name, low, high = self.PARAMETERS[strategy]
        value = dice.randint(low, high)
        setting = self.ledger.setting(f"{strategy} {name}")
        setting.pending = value
        status, answer = client.call(
            "PUT", f"/api/strategies/{strategy}/config", {"config": {"parameters": {name: value}}})
        self.answered(setting, status == 200, status, answer)

    def limits(self, client, dice):
        value = (Decimal(dice.randint(50, 99)) / 100, Decimal(dice.randint(300_000, 900_000)))
        setting = self.ledger.setting("limits")
        setting.pending = value
        status, answer = client.call(
            "PUT", "/api/risk/limits", {"max_position_size": value[0], "max_daily_loss": value[1]})
        self.answered(setting, status == 200, status, answer)

    def answered(self, setting, is_done, status, answer):
        if is_done:
            setting.settle(setting.pending)
            self.ledger.count("settings")
        elif not is_open(status, answer):
            setting.pending = None
            if status not in (409, 503):
                self.ledger.faults.append(f"a setting was answered with {status}: {answer}")

    # Stops

    def stops(self, client, dice):
        while not self.stopping.is_set():
            with self.ledger.lock:
                active = list(self.ledger.stops)
            if len(active) > 2 or (active and dice.random() < 0.5):
                self.release(client, dice.choice(active))
            else:
                self.throw(client, dice)
            self.stopping.wait(0.1 + self.pause)

    def throw(self, client, dice):
        scope = dice.choice(["agent", "agent", "instrument", "instrument", "system"])
        target = {"agent": dice.choice(STRATEGIES), "instrument": dice.choice(list(LOTS)), "system": None}[scope]
        mode = dice.choice(["stop", "stop", "reduce", "cancel", "flatten"])
        stop = (scope, target, mode)
        body = {"scope": scope, "mode": mode, "reason": "a test", "triggered_by": "durability"}
        if target:
            body["target_id"] = target
        self.ledger.pending_throw = stop
        status, answer = client.call("POST", "/api/v1/emergency-stop", body)
        self.ledger.pending_throw = None
        if status != 200:
            self.ledger.faults.append(f"a stop was answered with {status}: {answer}")
            return
        with self.ledger.lock:
            self.ledger.stops[answer["stop_id"]] = stop
        self.ledger.count("stops")
        if scope == "system":
            # Everybody waits for this one: not for long.
            self.stopping.wait(0.05)
            self.release(client, answer["stop_id"])

    def release(self, client, identifier):
        self.ledger.pending_release = identifier
        status, answer = client.call(
            "DELETE", f"/api/v1/emergency-stop/{identifier}",
            {"authorized_by": "durability", "resolution_reason": "a test"})
        self.ledger.pending_release = None
        if status != 200:
            self.ledger.faults.append(f"the release of {identifier} was answered with {status}: {answer}")
            return
        with self.ledger.lock:
            del self.ledger.stops[identifier]
            self.ledger.released.add(identifier)
        self.ledger.count("releases")


def is_open(status, answer):
    """It was carried out, and may yet be lost: the host says so itself."""
    return status == 503 and "could not be made durable" in str(answer)


TICKS = {}


def read_ticks(client):
    """Tick and lot of each instrument, as the host says."""
    for entry in client.get("/api/instruments")["instruments"]:
        TICKS[entry["instrument"]] = Decimal(entry["tick_size"])
        if entry["instrument"] in LOTS:
            lot = Decimal(LOTS[entry["instrument"]][0])
            assert lot % Decimal(entry["lot_size"]) == 0, entry


def last_price(stats):
    for name in ("last_price", "last", "price", "close"):
        if stats.get(name):
            return Decimal(stats[name])
    raise AssertionError(f"no price in {stats}")


def newest(ledger):
    return max((number(sent.order) for sent in ledger.sent if sent.order), default=0)
