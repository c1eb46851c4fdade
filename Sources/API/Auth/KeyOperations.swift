import Trading

/// Making, listing and revoking API keys.
func keyOperations(_ auth: Authentication) -> [APIOperation] {
    [
        APIOperation(
            .post, "/api/auth/api-keys", id: "additions.api_keys", tag: "Authentication", summary: "Make an API key",
            description: "The key is shown this once. It is a bearer token on every route, without a CSRF token.",
            role: .admin, needsFreshFactor: true, rate: .auth
        ) { (input: KeyInput, context) in
            let (id, secret) = try await auth.makeKey(
                input.name, input.roles, by: context.principal?.person ?? "")
            await context.note("login-key.made", context.requester.user, id)
            return KeyAnswer(id: id, secret: secret)
        },
        APIOperation(
            .get, "/api/auth/api-keys", id: "additions.api_keys_list", tag: "Authentication",
            summary: "List the API keys that are in force", role: .admin, rate: .auth
        ) { (_: NoInput, _) in
            KeyListAnswer(keys: try await auth.allKeys())
        },
        APIOperation(
            .delete, "/api/auth/api-keys/{key_id}", id: "additions.api_key_revoke", tag: "Authentication",
            summary: "Revoke an API key", role: .admin, rate: .auth, errors: [.unknown]
        ) { (input: KeyID, context) in
            try await auth.revokeKey(input.id)
            await context.note("login-key.revoked", context.requester.user, input.id)
            return Success()
        },
    ]
}

struct KeyInput: OperationInput {
    var name: String
    var roles: [Role]
    init(_ input: inout InputReader) {
        name = input.body.text("name", 1...100)
        roles = input.body.choices("roles", 1...3, ["viewer": .viewer, "trader": .trader, "admin": .admin])
    }
}

struct KeyID: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("key_id") }
}

struct KeyAnswer: OperationOutput {
    var id: String
    var secret: String
    static var example: KeyAnswer { KeyAnswer(id: "key-1", secret: "sk_") }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("id", id)
            json.field("api_key", secret)
        }
    }
}

struct KeyListAnswer: OperationOutput {
    var keys: [StoredKey]
    static var example: KeyListAnswer {
        let key = StoredKey(
            id: "key-1", name: "k", hash: "", roles: ["viewer"], createdBy: "", createdAt: Timestamp(nanoseconds: 0))
        return KeyListAnswer(keys: [key])
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("api_keys", keys) { json, key in
                json.object { json in
                    json.field("id", key.id)
                    json.field("name", key.name)
                    json.field("roles", key.roles)
                    json.field("created_at", key.createdAt)
                    json.nullable("last_used_at", key.lastUsedAt)
                }
            }
        }
    }
}
