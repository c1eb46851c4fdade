import Trading

extension TradingOperations {
    static var functions: [APIOperation] { [listFunctions, callFunction] }

    private static var listFunctions: APIOperation {
        APIOperation(
            .get, "/api/strategies/{strategy_id}/functions", id: "additions.functions", tag: "Strategies",
            summary: "What a strategy's plugin lets operators call",
            description: "`parameters` is the JSON schema of the arguments object, `result` that of the result.",
            rate: .strategy, errors: [.unknown, .conflict]
        ) { (input: StrategyIDInput, context) in
            FunctionsAnswer(id: input.id, functions: try await context.host.functions(of: input.id))
        }
    }

    private static var callFunction: APIOperation {
        APIOperation(
            .post, "/api/strategies/{strategy_id}/functions/{function_name}", id: "additions.function_call",
            tag: "Strategies", summary: "Calls a function of a strategy's plugin",
            description: """
                The body is the arguments object. Each call is first tried in a process of its own, on an instance with the \
                same parameters and memory: one that crashes, hangs or gives back garbage there answers 409, and the strategy \
                is not touched. Then it runs on the strategy itself, between two events. A result that is not a finite number \
                is null.
                """,
            role: .trader, rate: .strategy, errors: [.invalid, .unknown, .conflict, .unavailable]
        ) { (input: FunctionCallInput, context) in
            let result = try await context.host.call(
                input.function, of: input.id, input.arguments, by: context.requester)
            return FunctionCallAnswer(function: input.function, result: result)
        }
    }
}

struct FunctionCallInput: OperationInput {
    var id: String
    var function: String
    var arguments: [JSONValue.Member]

    init(_ input: inout InputReader) {
        id = input.path.text("strategy_id")
        function = input.path.text("function_name")
        arguments = input.body.members()
    }
}

struct FunctionsAnswer: OperationOutput {
    var id: String
    var functions: [FunctionView]

    static var example: FunctionsAnswer {
        FunctionsAnswer(
            id: "sma_cross",
            functions: [
                FunctionView(
                    name: "lead_percent", description: "", parameters: .object([], isOpen: false),
                    result: .nullable(.number))
            ])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("strategy_id", id)
            json.list("functions", functions) { json, function in
                json.object { json in
                    json.field("name", function.name)
                    json.field("description", function.description)
                    json.field("parameters", function.parameters)
                    json.field("result", function.result)
                }
            }
        }
    }
}

struct FunctionCallAnswer: OperationOutput {
    var function: String
    var result: JSONValue

    static var example: FunctionCallAnswer { FunctionCallAnswer(function: "lead_percent", result: .number("0.5")) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("function", function)
            json.field("result", result)
        }
    }
}
