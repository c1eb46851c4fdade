"""Three reads on FastAPI: a bearer token, data that is in memory, answers through pydantic's models."""

import hmac
import json
import os
from datetime import datetime

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict

TOKEN = os.environ["TOKEN"]
SAMPLES = json.load(open(os.environ["SAMPLES"]))


class Strategy(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: str
    name: str
    description: str
    parameters: dict[str, float]
    instruments: list[str]
    execution_mode: str


class Position(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: str
    strategy_id: str
    account_id: str
    instrument: str
    quantity: float
    average_entry_price: float
    current_price: float
    market_value: float
    unrealized_pnl: float
    realized_pnl: float


class Positions(BaseModel):
    positions: list[Position]


class Candle(BaseModel):
    time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None = None


class Candles(BaseModel):
    instrument: str
    timeframe: str
    data: list[Candle]


app = FastAPI()
bearer = HTTPBearer()


async def authenticated(credentials: HTTPAuthorizationCredentials = Depends(bearer)):
    if not hmac.compare_digest(credentials.credentials, TOKEN):
        raise HTTPException(401, "the token is not valid")


@app.get("/api/strategies/{name}", response_model=Strategy, dependencies=[Depends(authenticated)])
async def strategy(name: str):
    return SAMPLES["strategy"]


@app.get("/api/positions", response_model=Positions, dependencies=[Depends(authenticated)])
async def positions():
    return SAMPLES["positions"]


@app.get("/api/market-data/{instrument}/candles", response_model=Candles, dependencies=[Depends(authenticated)])
async def candles(instrument: str, timeframe: str, limit: int = 500):
    return SAMPLES["candles"]


@app.get("/health")
async def health():
    return {"status": "healthy"}
