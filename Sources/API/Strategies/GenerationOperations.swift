extension TradingOperations {
    static var generations: [APIOperation] { [listGenerations, reload, rollback, promote, discardShadow] }

    private static var listGenerations: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/generations", id: "additions.generations", tag: "Strategies",
            summary: "Every load of a strategy's code, and what runs beside it",
            description: """
                shadow is there while a generation runs beside the active one: in how many calls both wrote the same intents, and the \
                first ones in which they did not. loaded and loaded_max count the images of all strategies in the host's memory.
                """,
            rate: .strategy, errors: [.unknown]
        ) { (input: StrategyIDInput, context) in
            GenerationsAnswer(view: try await context.host.generations(of: input.id))
        }
    }

    private static var reload: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/reload", id: "additions.reload", tag: "Strategies",
            summary: "Loads a strategy's code anew",
            description: """
                The new generation takes over the memory of the running one, lives through what happens meanwhile and takes its \
                place between two events: no event is missed and nothing is sent twice. mode shadow lets it run beside the active \
                one until it is promoted. With memory discard it begins anew. Whatever fails leaves the running generation as it \
                is and answers 409 with the reason. With gate replay the new code is first given, in a process of its own, what this \
                run has recorded of the strategy: where it says anything else than the running one said, or nothing was recorded, \
                the answer is 409 with the first difference. snapshot_us and pause_us say how long the engine stood for the memory and for the \
                swap.
                """,
            role: .admin, rate: .strategy, errors: [.unknown, .conflict, .unavailable]
        ) { (input: ReloadInput, context) in
            ReloadAnswer(view: try await context.host.reload(input.id, input.request, by: context.requester))
        }
    }

    private static var rollback: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/rollback", id: "additions.rollback", tag: "Strategies",
            summary: "Puts an earlier generation back",
            description: """
                Without a body, the one before the active one. It takes over the memory of the running one; where it cannot read it, \
                the answer is 409, and memory discard lets it begin anew. generation is the number that is in force then.
                """,
            role: .admin, rate: .strategy, errors: [.unknown, .conflict, .unavailable]
        ) { (input: RollbackInput, context) in
            RollbackAnswer(
                view: try await context.host.rollback(
                    input.id, to: input.generation, memory: input.memory, by: context.requester))
        }
    }

    private static var promote: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/promote", id: "additions.promote", tag: "Strategies",
            summary: "Makes the shadow generation the active one",
            description: """
                409 where there is none. Working orders that the shadow would not have sent are cancelled, because it does not know \
                them; positions and everything else stay.
                """,
            role: .admin, rate: .strategy, errors: [.unknown, .conflict, .unavailable]
        ) { (input: StrategyIDInput, context) in
            ReloadAnswer(view: try await context.host.promote(input.id, by: context.requester))
        }
    }

    private static var discardShadow: APIOperation {
        APIOperation(
            .delete, "/api/strategies/{strategy_id}/shadow", id: "host.shadow_discard", tag: "Strategies",
            summary: "Ends the shadow generation", role: .admin, rate: .strategy,
            errors: [.unknown, .conflict, .unavailable]
        ) { (input: StrategyIDInput, context) in
            GenerationsAnswer(view: try await context.host.discardShadow(of: input.id, by: context.requester))
        }
    }
}

struct ReloadInput: OperationInput {
    var id: String
    var request: ReloadRequest

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        request = ReloadRequest(
            mode: input.body.optionalChoice("mode", ["swap": .swap, "shadow": .shadow]) ?? .swap,
            memory: input.body.memory,
            gate: input.body.optionalChoice("gate", ["none": .none, "replay": .replay]) ?? ReloadRequest.Gate.none)
    }
}

struct RollbackInput: OperationInput {
    var id: String
    var generation: Int?
    var memory: ReloadRequest.Memory

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        let number = input.body.integer("generation", 0...Int(Int32.max), default: 0)
        generation = number == 0 ? nil : number
        memory = input.body.memory
    }
}

extension Fields {
    fileprivate var memory: ReloadRequest.Memory {
        optionalChoice("memory", ["keep": .keep, "discard": .discard]) ?? .keep
    }
}
