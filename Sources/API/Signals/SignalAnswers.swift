import Trading

struct LatestSignalsAnswer: OperationOutput {
    var signals: [SignalView]

    static var example: LatestSignalsAnswer { LatestSignalsAnswer(signals: [.example]) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("signals", signals) { json, signal in json.object { signal.writeMembers(&$0) } }
        }
    }
}

struct SignalAnswer: OperationOutput {
    var signal: SignalView

    static var example: SignalAnswer { SignalAnswer(signal: .example) }
    func write(_ json: inout JSONWriter) { json.object { signal.writeMembers(&$0) } }
}

extension SignalView {
    static var example: SignalView {
        var view = SignalView(
            id: "sig-1", instrument: "BTC_USDT", symbol: "BTC", source: .model, origin: "rules", direction: .buy,
            confidence: 0.7, strength: 0.4, isUp: true, timeframe: "1m", generatedAt: Timestamp(nanoseconds: 0),
            dueAt: Timestamp(nanoseconds: 0))
        view.technical = [("rsi_14", 30)]
        view.reasons = [("oscillator", 0.1, "oversold")]
        return view
    }

    /// Document 002's words, with what the signal is beside them.
    func writeMembers(_ json: inout JSONWriter) {
        json.field("symbol", symbol)
        json.choice("signal", direction.rawValue, of: Direction.allCases.map(\.rawValue))
        json.field("confidence", confidence)
        json.field("prediction_strength", strength)
        json.field("timestamp", generatedAt)
        json.object("features") { json in
            json.map("technical", technical.map { ($0.name, $0.value) })
            json.object("sentiment") { json in
                json.field("order_flow_imbalance", sentiment ?? 0)
                json.field("known", sentiment != nil)
            }
            json.field("ml_features", featureCount)
        }
        json.field("signal_id", id)
        json.field("instrument", instrument)
        json.field("model", origin)
        json.choice("source", source.rawValue, of: Source.allCases.map(\.rawValue))
        json.field("timeframe", timeframe)
        json.field("entry_price", entry)
        json.field("stop_loss", stop)
        json.field("take_profit", target)
        json.field("risk_reward_ratio", riskReward)
        json.choice("status", status.rawValue, of: Status.allCases.map(\.rawValue))
        json.choice("verdict", verdict.rawValue, of: Verdict.allCases.map(\.rawValue))
        json.field("judged_at", dueAt)
        json.list("reasons", reasons) { json, reason in
            json.object { json in
                json.field("name", reason.name)
                json.field("share", reason.share)
                json.field("text", reason.text)
            }
        }
    }

    /// Document 003 knows two directions.
    fileprivate func writeDirection(_ json: inout JSONWriter) {
        json.choice("direction", isUp ? "LONG" : "SHORT", of: ["LONG", "SHORT"])
    }
}

struct AgentSignalAnswer: OperationOutput {
    var generated: GeneratedSignalView

    static var example: AgentSignalAnswer {
        var generated = GeneratedSignalView(signal: .example)
        let zone = GeneratedSignalView.Zone(isBullish: true, bottom: .zero, top: .zero, time: Timestamp(nanoseconds: 0))
        generated.blocks = [zone]
        generated.gaps = [zone]
        return AgentSignalAnswer(generated: generated)
    }

    func write(_ json: inout JSONWriter) {
        let signal = generated.signal
        json.object { json in
            json.object("signal") { json in
                json.field("signal_id", signal.id)
                json.field("instrument", signal.instrument)
                signal.writeDirection(&json)
                json.field("confidence", signal.confidence)
                json.field("entry_price", signal.entry)
                json.field("stop_loss", signal.stop)
                json.field("take_profit", signal.target)
                json.field("risk_reward_ratio", signal.riskReward)
                json.field("timestamp", signal.generatedAt)
                json.object("analysis") { json in
                    json.field("wyckoff_phase", generated.phase)
                    json.field("volume_confirmation", generated.isConfirmedByVolume)
                    json.list("order_blocks", generated.blocks) { $1.write(&$0) }
                    json.list("fair_value_gaps", generated.gaps) { $1.write(&$0) }
                }
                json.field("model", signal.origin)
                json.field("timeframe", signal.timeframe)
                json.choice(
                    "signal", signal.direction.rawValue, of: SignalView.Direction.allCases.map(\.rawValue))
            }
        }
    }
}

extension GeneratedSignalView.Zone {
    fileprivate func write(_ json: inout JSONWriter) {
        json.object { json in
            json.choice("bias", isBullish ? "bullish" : "bearish", of: ["bullish", "bearish"])
            json.field("bottom", bottom)
            json.field("top", top)
            json.field("time", time)
        }
    }
}

struct SignalListAnswer: OperationOutput {
    var page: SignalPage
    var number: Int
    var size: Int

    static var example: SignalListAnswer {
        SignalListAnswer(page: SignalPage(signals: [.example], count: 1), number: 1, size: 20)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("signals", page.signals) { json, signal in
                json.object { json in
                    json.field("signal_id", signal.id)
                    json.field("instrument", signal.instrument)
                    signal.writeDirection(&json)
                    json.field("confidence", signal.confidence)
                    json.choice(
                        "status", signal.status.rawValue, of: SignalView.Status.allCases.map(\.rawValue))
                    json.field("generated_at", signal.generatedAt)
                    json.nullable("executed_at", signal.executedAt)
                    json.field("model", signal.origin)
                    json.choice(
                        "source", signal.source.rawValue, of: SignalView.Source.allCases.map(\.rawValue))
                    json.choice(
                        "verdict", signal.verdict.rawValue, of: SignalView.Verdict.allCases.map(\.rawValue))
                }
            }
            json.field("total_count", page.count)
            json.field("page", number)
            json.field("page_size", size)
        }
    }
}

struct SignalPerformanceAnswer: OperationOutput {
    var view: SignalPerformanceView

    static var example: SignalPerformanceAnswer {
        var view = SignalPerformanceView(horizonSeconds: 3600)
        view.bySymbol = [("BTC", .init())]
        return SignalPerformanceAnswer(view: view)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("accuracy_7d", view.week.accuracy)
            json.field("accuracy_30d", view.month.accuracy)
            json.field("total_signals", view.month.decided)
            json.field("correct_predictions", view.month.right)
            json.field("avg_confidence", view.averageConfidence)
            json.map("performance_by_asset", view.bySymbol.map { ($0.symbol, AssetAccuracy(window: $0.window)) })
            json.field("undecided_signals", view.undecided)
            json.field("unknown_outcomes", view.unknown)
            json.field("horizon_seconds", view.horizonSeconds)
        }
    }
}

private struct AssetAccuracy: JSONWritable {
    let window: SignalPerformanceView.Window

    static var schema: Schema { JSONWriter.describe { AssetAccuracy(window: .init()).write(&$0) } }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("accuracy", window.accuracy)
            json.field("signals", window.decided)
        }
    }
}
