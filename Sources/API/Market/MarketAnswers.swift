import Trading

struct SymbolsAnswer: OperationOutput {
    var names: [String]

    static var example: SymbolsAnswer { SymbolsAnswer(names: ["BTC_USDT"]) }
    func write(_ json: inout JSONWriter) { json.list(names) { $0.value($1) } }
}

struct InstrumentsAnswer: OperationOutput {
    var instruments: [InstrumentView]

    static var example: InstrumentsAnswer {
        let terms = InstrumentTerms(tick: .one, lot: .one, minQuantity: .one, maxQuantity: .one)
        let instrument = Instrument(id: "BTC_USDT", quoteCurrency: "USDT", assetClass: "crypto", terms: terms)
        return InstrumentsAnswer(instruments: [InstrumentView(instrument: instrument, aliases: ["BTC"])])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("instruments", instruments) { json, view in
                json.object { json in
                    json.field("instrument", view.instrument.id)
                    json.field("name", view.instrument.name)
                    json.field("asset_class", view.instrument.assetClass)
                    json.field("quote_currency", view.instrument.quoteCurrency)
                    json.field("tick_size", view.instrument.terms.tick)
                    json.field("lot_size", view.instrument.terms.lot)
                    json.field("multiplier", view.instrument.terms.multiplier)
                    json.field("tradable", view.instrument.terms.tradable)
                    json.field("aliases", view.aliases)
                }
            }
        }
    }
}

struct DepthAnswer: OperationOutput {
    var depth: DepthView

    static var example: DepthAnswer {
        let level = LevelView(price: .one, quantity: .one)
        return DepthAnswer(
            depth: DepthView(
                instrument: "BTC_USDT", time: Timestamp(nanoseconds: 0), bids: [level], asks: [level]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", depth.instrument)
            json.field("timestamp", depth.time)
            levels("bids", depth.bids, &json)
            levels("asks", depth.asks, &json)
            json.field("spread", spread)
            json.field("mid_price", mid)
        }
    }

    private func levels(_ name: String, _ levels: [LevelView], _ json: inout JSONWriter) {
        json.list(name, levels) { json, level in
            json.object { json in
                json.field("price", level.price)
                json.field("quantity", level.quantity)
            }
        }
    }

    private var best: (bid: Int128, ask: Int128)? {
        guard let bid = depth.bids.first, let ask = depth.asks.first else { return nil }
        return (Int128(bid.price.raw), Int128(ask.price.raw))
    }

    private var spread: ExactDecimal {
        ExactDecimal(raw: best.map { $0.ask - $0.bid } ?? 0, decimals: Price.decimals)
    }

    /// Half of a price may need one decimal more than a price has: sum / 2 = sum × 5 / 10.
    private var mid: ExactDecimal {
        ExactDecimal(raw: best.map { ($0.bid + $0.ask) * 5 } ?? 0, decimals: Price.decimals + 1)
    }
}

struct CandlesAnswer: OperationOutput {
    var instrument: String
    var timeframe: String
    var candles: [CandleView]

    static var example: CandlesAnswer {
        let candle = CandleView(
            time: Timestamp(nanoseconds: 0), open: .one, high: .one, low: .one, close: .one, volume: 1)
        return CandlesAnswer(instrument: "BTC_USDT", timeframe: "1m", candles: [candle])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", instrument)
            json.field("timeframe", timeframe)
            json.list("data", candles) { json, candle in
                json.object { json in
                    json.field("time", candle.time)
                    json.field("open", candle.open)
                    json.field("high", candle.high)
                    json.field("low", candle.low)
                    json.field("close", candle.close)
                    json.field("volume", ExactDecimal(raw: candle.volume, decimals: Quantity.decimals))
                    json.nullable("vwap", candle.vwap)
                }
            }
        }
    }
}

struct TicksAnswer: OperationOutput {
    var instrument: String
    var ticks: [TickView]

    static var example: TicksAnswer {
        let tick = TickView(time: Timestamp(nanoseconds: 0), price: .one, quantity: .one, id: 1)
        return TicksAnswer(instrument: "BTC_USDT", ticks: [tick])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", instrument)
            json.list("data", ticks) { json, tick in
                json.object { json in
                    json.field("price", tick.price)
                    json.field("quantity", tick.quantity)
                    json.field("timestamp", tick.time)
                    json.field("trade_id", String(tick.id))
                }
            }
        }
    }
}

struct StatsAnswer: OperationOutput {
    var stats: MarketStatsView

    static var example: StatsAnswer {
        StatsAnswer(
            stats: MarketStatsView(
                instrument: "BTC_USDT", time: Timestamp(nanoseconds: 0), lastPrice: .one, high24h: .one,
                low24h: .one, volume24h: 1, changePercent24h: 0))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("instrument", stats.instrument)
            json.field("timestamp", stats.time)
            json.field("last_price", stats.lastPrice)
            json.field("high_24h", stats.high24h)
            json.field("low_24h", stats.low24h)
            json.field("volume_24h", ExactDecimal(raw: stats.volume24h, decimals: Quantity.decimals))
            json.field("change_24h", stats.changePercent24h)
        }
    }
}
