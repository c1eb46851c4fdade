import NIOCore
import Trading

extension StreamMessages {
    /// A picture as the topic's listeners want it; `before`: the one that they saw last.
    static func of(_ picture: MarketPicture, _ topic: Topic, before: MarketPicture?) -> [StreamMessage] {
        switch (picture, topic) {
        case (.tick(let tick), .ticks(_, let shown)):
            return [message(topic, self.tick(tick, shown))]
        case (.candles(let candles, let isLastFinal), .candles(_, let timeframe, let shown)):
            return candleMessages(candles, isLastFinal, timeframe, shown, topic, before)
        case (.book(let book), .book(_, let depth, let shown)):
            return [message(topic, self.book(book, depth, shown))]
        case (.price(let price), .prices(_, let volume, let indicators, let shown)):
            return [message(topic, self.price(price, volume, indicators, shown))]
        case (.price(let price), .marketData(_, let shown)):
            return [message(topic, marketData(price, shown))]
        default: return []
        }
    }

    private static func message(_ topic: Topic, _ bytes: ByteBuffer) -> StreamMessage {
        StreamMessage(topic: topic, bytes: bytes, key: .topic(topic))
    }

    private static func tick(_ tick: TickView, _ shown: String) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "tick")
            json.object("data") { json in
                json.field("instrument", shown)
                json.field("price", tick.price)
                json.field("quantity", tick.quantity)
                json.field("timestamp", tick.time)
                json.optional("trade_id", tick.id == 0 ? nil : String(tick.id))
            }
        }
    }

    // MARK: Candles

    /// Every candle that became final since then, and the one that grows. Final ones are not conflated: each is told once.
    private static func candleMessages(
        _ candles: [CandleView], _ isLastFinal: Bool, _ timeframe: String, _ shown: String, _ topic: Topic,
        _ before: MarketPicture?
    ) -> [StreamMessage] {
        var seen: (time: Timestamp, isFinal: Bool)?
        if case .candles(let old, let wasFinal) = before, let last = old.last { seen = (last.time, wasFinal) }
        var messages: [StreamMessage] = []
        for (index, candle) in candles.enumerated() {
            let isLast = index == candles.count - 1
            let isFinal = isLast ? isLastFinal : true
            if !isLast {
                // Of those that nobody has seen grow, history is GET /candles.
                guard let seen, candle.time > seen.time || candle.time == seen.time && !seen.isFinal else { continue }
            }
            let bytes = SocketText.message { json in
                json.field("type", "candle")
                json.object("data") { json in
                    json.field("instrument", shown)
                    json.field("timeframe", timeframe)
                    json.field("open", candle.open)
                    json.field("high", candle.high)
                    json.field("low", candle.low)
                    json.field("close", candle.close)
                    json.field("volume", ExactDecimal(raw: candle.volume, decimals: Quantity.decimals))
                    json.field("timestamp", candle.time)
                    json.field("is_final", isFinal)
                }
            }
            messages.append(StreamMessage(topic: topic, bytes: bytes, key: isFinal ? nil : .topic(topic)))
        }
        return messages
    }

    // MARK: Books and prices

    private static func book(_ book: DepthView, _ depth: Int, _ shown: String) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "orderbook")
            json.object("data") { json in
                json.field("instrument", shown)
                for (name, levels) in [("bids", book.bids), ("asks", book.asks)] {
                    json.list(name, levels.prefix(depth)) { json, level in
                        json.object { json in
                            json.field("price", level.price)
                            json.field("quantity", level.quantity)
                        }
                    }
                }
                json.field("timestamp", book.time)
            }
        }
    }

    /// 003's price_update: flat.
    private static func price(_ price: PriceView, _ volume: Bool, _ indicators: Bool, _ shown: String) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "price_update")
            json.field("instrument", shown)
            json.field("timestamp", price.time)
            json.nullable("bid", price.bid)
            json.nullable("ask", price.ask)
            if volume { json.field("volume", ExactDecimal(raw: price.volume, decimals: Quantity.decimals)) }
            if indicators { json.map("indicators", price.indicators.map { ($0.name, $0.value) }) }
        }
    }

    /// 000's market-data event.
    private static func marketData(_ price: PriceView, _ shown: String) -> ByteBuffer {
        EventText.event("market-data") { json in
            json.field("symbol", shown)
            json.field("price", price.last)
            json.field("timestamp", price.time)
            json.optional("bid", price.bid)
            json.optional("ask", price.ask)
            json.field("volume", ExactDecimal(raw: price.volume, decimals: Quantity.decimals))
        }
    }
}

/// One WebSocket text message with a JSON object, ready to be sent: framed once, for all who get it.
enum SocketText {
    static func message(_ members: (inout JSONWriter) -> Void) -> ByteBuffer {
        var json = JSONWriter(capacity: 256)
        json.object(members)
        return SocketFrame.text(json.buffer)
    }
}

/// One Server-Sent Event (WHATWG HTML) with a JSON object on one line.
enum EventText {
    /// `id`: what a client that comes back says it has.
    static func event(_ name: String, id: UInt64? = nil, _ members: (inout JSONWriter) -> Void) -> ByteBuffer {
        let head = id.map { "id: \($0)\n" } ?? ""
        var json = JSONWriter(buffer: ByteBuffer(string: "event: \(name)\n\(head)data: "))
        json.object(members)
        var event = json.buffer
        event.writeStaticString("\n\n")
        return event
    }
}
