import Trading

extension TradingOperations {
    static var plugins: [APIOperation] {
        [
            APIOperation(
                .get, "/api/plugins", id: "additions.plugins", tag: "Strategies",
                summary: "The shared libraries that the host knows",
                description: """
                    Those that were refused too, with the error. `path` is relative to the strategies folder; loaded_at is null \
                    for a library that was never loaded.
                    """,
                rate: .strategy
            ) { (_: NoInput, context) in
                PluginsAnswer(plugins: try await context.host.plugins())
            }
        ]
    }
}

struct PluginsAnswer: OperationOutput {
    var plugins: [PluginView]

    static var example: PluginsAnswer {
        PluginsAnswer(plugins: [
            PluginView(
                id: "SMACross", path: "libSMACross.so", state: "loaded", generation: 1, abiVersion: 1, loadedAt: nil,
                strategies: ["sma_cross"], error: nil)
        ])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("plugins", plugins) { json, plugin in
                json.object { json in
                    json.field("id", plugin.id)
                    json.field("path", plugin.path)
                    json.field("state", plugin.state)
                    json.field("generation", plugin.generation)
                    json.field("abi_version", plugin.abiVersion)
                    json.nullable("loaded_at", plugin.loadedAt)
                    json.field("strategies", plugin.strategies)
                    json.nullable("error", plugin.error)
                }
            }
        }
    }
}
