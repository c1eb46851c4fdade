import Trading

struct GenerationsAnswer: OperationOutput {
    var view: GenerationsView

    static var example: GenerationsAnswer {
        let time = Timestamp(nanoseconds: 0)
        return GenerationsAnswer(
            view: GenerationsView(
                strategy: "sma_cross", current: 1,
                generations: [
                    GenerationView(
                        number: 1, loadedAt: time, state: .active, sha256: "", plugin: "SMACross", version: "1.0.0")
                ],
                shadow: ShadowView(
                    generation: 2, since: time, equal: 0, differing: 0,
                    differences: [ShadowView.Difference(time: time, running: [""], shadow: [""])], problem: nil),
                loaded: 1, loadedMax: 200))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("strategy_id", view.strategy)
            json.field("current", view.current)
            json.list("generations", view.generations) { json, generation in
                json.object { json in
                    json.field("generation", generation.number)
                    json.field("loaded_at", generation.loadedAt)
                    json.field("active", generation.state == .active)
                    json.choice(
                        "state", generation.state.rawValue, of: GenerationView.State.allCases.map(\.rawValue))
                    json.field("sha256", generation.sha256)
                    json.field("plugin", generation.plugin)
                    json.field("version", generation.version)
                }
            }
            json.nullable("shadow", view.shadow)
            json.field("loaded", view.loaded)
            json.field("loaded_max", view.loadedMax)
        }
    }
}

extension ShadowView: JSONWritable {
    public static var schema: Schema {
        guard let example = GenerationsAnswer.example.view.shadow else { return .any }
        return JSONWriter.describe { example.write(&$0) }
    }

    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("generation", generation)
            json.field("since", since)
            json.field("equal", equal)
            json.field("differing", differing)
            json.list("differences", differences) { json, difference in
                json.object { json in
                    json.field("timestamp", difference.time)
                    json.field("running", difference.running)
                    json.field("shadow", difference.shadow)
                }
            }
            json.nullable("problem", problem)
        }
    }
}

struct ReloadAnswer: OperationOutput {
    var view: ReloadView

    static var example: ReloadAnswer {
        ReloadAnswer(
            view: ReloadView(
                strategy: StrategyView(id: "sma_cross"), mode: .swap, generation: 2, previousGeneration: 1,
                memory: .keep, pauseNanoseconds: 0))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            view.writeHead(&json)
            json.choice("mode", view.mode.rawValue, of: ReloadRequest.Mode.allCases.map(\.rawValue))
            json.field("previous_generation", view.previousGeneration)
            view.writeTail(&json)
        }
    }
}

struct RollbackAnswer: OperationOutput {
    var view: ReloadView

    static var example: RollbackAnswer { RollbackAnswer(view: ReloadAnswer.example.view) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            view.writeHead(&json)
            json.field("rolled_back_to", view.generation)
            json.field("previous_generation", view.previousGeneration)
            view.writeTail(&json)
        }
    }
}

extension ReloadView {
    fileprivate func writeHead(_ json: inout JSONWriter) {
        json.constant("success", true)
        json.field("id", strategy.id)
        json.field("state", strategy.state.rawValue)
        json.field("generation", generation)
    }

    fileprivate func writeTail(_ json: inout JSONWriter) {
        // Whether the new instance has the memory of the one before.
        json.field("memory_kept", memory == .keep)
        json.field("snapshot_us", Double(snapshotNanoseconds / 100) / 10)
        json.field("pause_us", Double(pauseNanoseconds / 100) / 10)
    }
}
