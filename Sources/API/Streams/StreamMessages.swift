import NIOCore
import Trading

/// What has happened, in the words of the documents.
enum StreamMessages {
    /// For those of `topics` that it concerns.
    static func of(_ entry: NewsEntry, for topics: some Collection<Topic>) -> [StreamMessage] {
        switch entry.news {
        case .order(let order): orderMessages(order, entry.sequence, topics)
        case .fill(let fill, let account, let trade): fillMessages(fill, account, trade, entry.sequence, topics)
        case .alert(let alert):
            topics.contains(.events(.riskAlert))
                ? [
                    StreamMessage(
                        topic: .events(.riskAlert), bytes: riskAlert(alert), accounts: alert.accounts,
                        key: .alert(alert.id))
                ] : []
        case .signal(let signal): signalMessages(signal, topics)
        case .session(let session):
            topics.contains(.desk)
                ? [StreamMessage(topic: .desk, bytes: sessionEvent(session), accounts: session.accounts)] : []
        }
    }

    // MARK: Orders and executions

    private static func orderMessages(_ order: OrderView, _ sequence: UInt64, _ topics: some Collection<Topic>)
        -> [StreamMessage]
    {
        var messages: [StreamMessage] = []
        if topics.contains(.desk) {
            let bytes = SocketText.message { json in
                json.field("type", "order_update")
                json.field("sequence", sequence)
                json.object("data") { order.writeUpdate(&$0) }
            }
            messages.append(StreamMessage(topic: .desk, bytes: bytes, accounts: [order.account]))
        }
        if topics.contains(.orderEvents) {
            let bytes = EventText.event("order-update", id: sequence) { order.writeUpdate(&$0) }
            messages.append(StreamMessage(topic: .orderEvents, bytes: bytes, accounts: [order.account]))
        }
        if topics.contains(.executions) {
            let bytes = SocketText.message { json in
                json.field("type", "trade_update")
                json.field("sequence", sequence)
                json.object("data") { json in
                    json.field("trade_id", order.id)
                    json.field("status", OrderWords.name(of: order.order.state).lowercased())
                    json.nullable("fill_price", order.averagePrice)
                    json.field("filled_quantity", order.order.filled)
                    json.field("symbol", order.instrument)
                    json.field("side", order.order.intent.side.name.lowercased())
                    json.field("timestamp", order.order.updatedAt)
                }
            }
            messages.append(StreamMessage(topic: .executions, bytes: bytes, accounts: [order.account]))
        }
        return messages
    }

    private static func fillMessages(
        _ fill: TradeView, _ account: String, _ trade: String?, _ sequence: UInt64, _ topics: some Collection<Topic>
    ) -> [StreamMessage] {
        var messages: [StreamMessage] = []
        for topic in topics {
            guard case .trades(fill.instrument, let shown) = topic else { continue }
            let bytes = SocketText.message { json in
                json.field("type", "trade")
                json.field("sequence", sequence)
                json.object("data") { fill.writeMembers(&$0, instrument: shown) }
            }
            messages.append(StreamMessage(topic: topic, bytes: bytes, accounts: [account]))
        }
        if topics.contains(.events(.tradeExecuted)) {
            let bytes = systemEvent(.tradeExecuted, "execution_engine", fill.fill.time) { json in
                json.field("trade_id", trade ?? fill.id)
                json.field("order_id", fill.orderID)
                json.field("execution_id", fill.id)
                json.field("account_id", account)
                json.field("instrument", fill.instrument)
                json.field("direction", fill.fill.side == .buy ? "LONG" : "SHORT")
                json.field("size", fill.fill.quantity)
                json.field("price", fill.fill.price)
            }
            messages.append(StreamMessage(topic: .events(.tradeExecuted), bytes: bytes, accounts: [account]))
        }
        return messages
    }

    // MARK: Signals

    private static func signalMessages(_ signal: SignalView, _ topics: some Collection<Topic>) -> [StreamMessage] {
        var messages: [StreamMessage] = []
        let accounts = signal.account.map { [$0] } ?? []
        if topics.contains(.signals) {
            let bytes = SocketText.message { json in
                json.field("type", "signal")
                json.object("data") { signal.writeMembers(&$0) }
            }
            messages.append(StreamMessage(topic: .signals, bytes: bytes, accounts: accounts))
        }
        if topics.contains(.events(.signalGenerated)) {
            let bytes = systemEvent(.signalGenerated, "market_analysis_agent", signal.generatedAt) { json in
                json.field("signal_id", signal.id)
                json.field("instrument", signal.instrument)
                json.field("confidence", signal.confidence)
                json.field("direction", signal.isUp ? "LONG" : "SHORT")
                json.field("model", signal.origin)
            }
            messages.append(StreamMessage(topic: .events(.signalGenerated), bytes: bytes, accounts: accounts))
        }
        return messages
    }

    // MARK: Alerts and sessions

    private static func riskAlert(_ alert: AlertView) -> ByteBuffer {
        systemEvent(.riskAlert, "risk_management", alert.time) { json in
            json.field("alert_id", alert.id)
            json.field("code", alert.code)
            json.field("message", alert.message)
            json.field("severity", alert.severity.rawValue)
        }
    }

    private static func systemEvent(
        _ event: SystemEvent, _ source: String, _ time: Timestamp, _ data: (inout JSONWriter) -> Void
    ) -> ByteBuffer {
        SocketText.message { json in
            json.field("event_type", event.rawValue)
            json.field("timestamp", time)
            json.field("source", source)
            json.object("data", data)
        }
    }

    private static func sessionEvent(_ session: SessionNews) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", session.isStarted ? "session_started" : "session_stopped")
            json.field("timestamp", session.time)
            json.object("data") { json in
                json.field("session_id", session.id)
                json.field("session_type", session.type)
                json.field("symbols", session.symbols)
            }
        }
    }

    // MARK: Positions and strategies

    /// Of those that have changed; one that is closed comes once more, flat.
    static func positions(_ now: [String: PositionView], before: [String: PositionView]) -> [StreamMessage] {
        var changed = now.values.filter { view in
            guard let old = before[view.id] else { return true }
            return old.mark != view.mark || old.position.quantity != view.position.quantity
                || old.unrealized != view.unrealized
        }
        for var gone in before.values where now[gone.id] == nil {
            gone.position.quantity = .zero
            gone.unrealized = .zero
            changed.append(gone)
        }
        let time = Timestamp.now
        return changed.sorted { $0.id < $1.id }.map { view in
            let bytes = SocketText.message { json in
                json.field("type", "position_update")
                json.object("data") { json in
                    json.field("position_id", view.id)
                    json.field("strategy_id", view.strategy)
                    json.field("account_id", view.account)
                    json.field("instrument", view.instrument)
                    json.field("quantity", view.position.quantity)
                    json.field("average_entry_price", view.averagePrice)
                    json.field("unrealized_pnl", view.unrealized)
                    json.field("current_price", view.mark)
                    json.field("timestamp", time)
                }
            }
            return StreamMessage(topic: .desk, bytes: bytes, accounts: [view.account], key: .position(view.id))
        }
    }

    static func strategies(_ now: [StrategyView], before: [String: StrategyView]) -> [StreamMessage] {
        now.filter { view in before[view.id] != view || before[view.id]?.generation != view.generation }.map { view in
            let bytes = SocketText.message { json in
                json.field("type", "strategy_update")
                json.object("data") { json in
                    json.field("strategy_id", view.id)
                    json.field("state", view.state.rawValue)
                    json.field("enabled", view.isEnabled)
                    json.field("generation", view.generation)
                    json.nullable("problem", view.problem)
                    json.field("timestamp", view.updatedAt)
                }
            }
            return StreamMessage(topic: .desk, bytes: bytes, accounts: [view.account], key: .strategy(view.id))
        }
    }
}

extension StreamMessages {
    /// Of those that are new or have come on.
    static func backtests(_ now: [BacktestView], before: [String: BacktestView]) -> [StreamMessage] {
        now.filter { before[$0.id] != $0 }.map { view in
            let bytes = SocketText.message { json in
                json.field("type", "backtest_update")
                json.object("data") { json in
                    view.write(&json)
                    json.field("timestamp", Timestamp.now)
                }
            }
            return StreamMessage(topic: .desk, bytes: bytes, accounts: [view.account], key: .backtest(view.id))
        }
    }
}

extension OrderView {
    /// 004's OrderUpdateEvent, with what the order is beside it.
    fileprivate func writeUpdate(_ json: inout JSONWriter) {
        json.field("order_id", id)
        json.field("strategy_id", strategy)
        json.field("account_id", account)
        json.field("instrument", instrument)
        json.field("side", order.intent.side.name)
        json.field("quantity", order.intent.quantity)
        json.field("status", OrderWords.name(of: order.state))
        json.field("filled_quantity", order.filled)
        json.nullable("average_price", averagePrice)
        json.field("timestamp", order.updatedAt)
    }
}
