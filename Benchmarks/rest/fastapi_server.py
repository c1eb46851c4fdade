"""The same three operations on FastAPI: a bearer token, an order that pydantic checks, and rows that are on the disk
before the answer leaves. One worker; one thread commits up to BATCH_MAX orders that wait in one transaction (group commit;
1 = each order is a transaction of its own)."""

import asyncio
import hmac
import os
import queue
import sqlite3
import threading
import time
from collections import deque
from contextlib import asynccontextmanager
from decimal import Decimal
from enum import Enum

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

TOKEN = os.environ["TOKEN"]
DATABASE = os.environ["DATABASE"]
BATCH_MAX = int(os.environ.get("BATCH_MAX", "256"))

SCHEMA = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, strategy TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL,
    kind TEXT NOT NULL, time_in_force TEXT NOT NULL, quantity TEXT NOT NULL, price TEXT, stop_price TEXT,
    state TEXT NOT NULL, filled TEXT NOT NULL, filled_value TEXT NOT NULL, submitted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL);
CREATE INDEX orders_by_time ON orders (submitted_at);
CREATE INDEX orders_by_strategy ON orders (strategy, submitted_at);
CREATE INDEX orders_by_instrument ON orders (instrument, submitted_at);
CREATE TABLE decisions (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, is_denied INTEGER NOT NULL,
    strategy TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL, time INTEGER NOT NULL);
CREATE TABLE fills (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, strategy TEXT NOT NULL, instrument TEXT NOT NULL,
    side TEXT NOT NULL, price TEXT NOT NULL, quantity TEXT NOT NULL, commission TEXT NOT NULL, time INTEGER NOT NULL);
CREATE INDEX fills_by_time ON fills (time);
CREATE INDEX fills_by_strategy ON fills (strategy, time);
CREATE INDEX fills_by_instrument ON fills (instrument, time);
CREATE INDEX fills_by_order ON fills (order_id);
"""


class Side(str, Enum):
    BUY = "BUY"
    SELL = "SELL"


class Kind(str, Enum):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LOSS = "STOP_LOSS"
    STOP_LIMIT = "STOP_LIMIT"


class Force(str, Enum):
    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class NewOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    strategy_id: str = Field(min_length=1, max_length=200)
    instrument: str = Field(min_length=1, max_length=64)
    order_type: Side
    order_kind: Kind = Kind.MARKET
    quantity: Decimal = Field(gt=0)
    price: Decimal | None = Field(None, gt=0)
    stop_price: Decimal | None = Field(None, gt=0)
    time_in_force: Force = Force.GTC


class OrderAnswer(BaseModel):
    order_id: str
    status: str
    broker_order_id: str | None = None
    filled_quantity: float
    average_price: float | None
    created_at: str
    updated_at: str


class ListedOrder(OrderAnswer):
    strategy_id: str
    account_id: str
    instrument: str
    order_type: str
    order_kind: str
    quantity: float
    price: float | None
    stop_price: float | None
    time_in_force: str
    execution_mode: str


class Writer(threading.Thread):
    """Commits all orders that wait, then wakes the requests that they came from."""

    def __init__(self, loop):
        super().__init__(daemon=True)
        self.loop = loop
        self.waiting = queue.SimpleQueue()

    def run(self):
        database = sqlite3.connect(DATABASE, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA wal_autocheckpoint = 4000")
        database.executescript(SCHEMA)
        while True:
            batch = [self.waiting.get()]
            while len(batch) < BATCH_MAX:
                try:
                    batch.append(self.waiting.get_nowait())
                except queue.Empty:
                    break
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [item[0] for item in batch])
            database.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [item[1] for item in batch])
            database.executemany("INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [item[2] for item in batch])
            database.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.acknowledge, [item[3] for item in batch])

    @staticmethod
    def acknowledge(futures):
        for future in futures:
            if not future.done():
                future.set_result(None)


class Book:
    """Orders fill at one price: there is no market here, no limit and no portfolio."""
    price = Decimal("50000.1")
    last = 0
    recent: deque = deque(maxlen=20_000)
    writer: Writer


@asynccontextmanager
async def lifespan(_):
    Book.writer = Writer(asyncio.get_running_loop())
    Book.writer.start()
    yield


app = FastAPI(lifespan=lifespan)
bearer = HTTPBearer()


async def authenticated(credentials: HTTPAuthorizationCredentials = Depends(bearer)):
    if not hmac.compare_digest(credentials.credentials, TOKEN):
        raise HTTPException(401, "the token is not valid")


def moment(nanoseconds):
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1_000_000:03d}Z"


@app.post("/api/orders", response_model=OrderAnswer, dependencies=[Depends(authenticated)])
async def place(order: NewOrder):
    if (order.price is not None) != (order.order_kind in (Kind.LIMIT, Kind.STOP_LIMIT)):
        raise HTTPException(400, "price does not fit the order's kind")
    Book.last += 1
    number, now = Book.last, time.time_ns()
    side, quantity = order.order_type.value, str(order.quantity)
    value = Book.price * order.quantity
    future = Book.writer.loop.create_future()
    Book.writer.waiting.put((
        (number, order.strategy_id, order.instrument, side, order.order_kind.value, order.time_in_force.value, quantity,
         None, None, "FILLED", quantity, str(value), now, now),
        (number, number, 0, order.strategy_id, order.instrument, side, quantity, now),
        (number, number, order.strategy_id, order.instrument, side, str(Book.price), quantity,
         str(value * Decimal("0.001")), now),
        future))
    await future
    Book.recent.append((number, order, now))
    return OrderAnswer(
        order_id=f"ord-{number}", status="FILLED", filled_quantity=float(order.quantity),
        average_price=float(Book.price), created_at=moment(now), updated_at=moment(now))


class ListedOrders(BaseModel):
    orders: list[ListedOrder]


@app.get("/api/orders", response_model=ListedOrders, dependencies=[Depends(authenticated)])
async def orders(limit: int = Query(100, ge=1, le=1000)):
    newest = reversed(Book.recent)
    return ListedOrders(orders=[
        ListedOrder(
            order_id=f"ord-{number}", status="FILLED", filled_quantity=float(order.quantity),
            average_price=float(Book.price), created_at=moment(now), updated_at=moment(now),
            strategy_id=order.strategy_id, account_id="paper", instrument=order.instrument,
            order_type=order.order_type.value, order_kind=order.order_kind.value, quantity=float(order.quantity),
            price=None, stop_price=None, time_in_force=order.time_in_force.value, execution_mode="PAPER")
        for (number, order, now), _ in zip(newest, range(limit))])


@app.get("/health")
async def health():
    return {"status": "healthy", "timestamp": moment(time.time_ns()), "version": "1",
            "dependencies": {"database": "healthy" if Book.writer.is_alive() else "unhealthy"}}
