import Trading

/// Login, refresh, logout, validate, profile.
func authOperations(_ auth: Authentication) -> [APIOperation] {
    [
        APIOperation(
            .post, "/api/auth/login", id: "auth.login", tag: "Authentication", summary: "Log in",
            description: """
                The access token lasts 15 minutes; csrfToken belongs to the login. A user with a second factor gives mfa_token, \
                a code or a recovery code, as well: without it the answer is success:false with mfa_required:true.
                """, access: .open,
            rate: .auth, dialect: .d003and000, errors: [.unauthorized]
        ) { (input: LoginInput, context) in
            do {
                let session = try await auth.login(
                    input.username, input.password, input.proof, from: context.address)
                await context.note(session == nil ? "login.code-asked" : "login", input.username)
                return LoginAnswer(session: session)
            } catch let error as APIError where error.kind == .unauthorized {
                await context.note("login.failed", input.username)
                throw error
            }
        },
        APIOperation(
            .post, "/api/auth/refresh", id: "auth.refresh", tag: "Authentication", summary: "Exchange a refresh token",
            description: "Each refresh token works once. One that is shown again ends its whole login.",
            access: .open, rate: .auth, dialect: .d003and000, errors: [.unauthorized]
        ) { (input: RefreshInput, _) in
            RefreshAnswer(session: try await auth.refresh(input.token))
        },
        APIOperation(
            .post, "/api/auth/logout", id: "auth.logout", tag: "Authentication", summary: "Log out",
            description: "Ends the login's access and refresh tokens; logoutAll ends all logins of the user.",
            access: .anyToken, rate: .auth, dialect: .d003and000, errors: [.conflict]
        ) { (input: LogoutInput, context) in
            guard let principal = context.principal else { throw APIError(.unauthorized, "a token is needed") }
            try await auth.logout(principal, refresh: input.refreshToken, all: input.all)
            await context.note(input.all ? "logout.all" : "logout", principal.username)
            return Success()
        },
        APIOperation(
            .post, "/api/auth/validate", id: "auth.validate", tag: "Authentication",
            summary: "Whether a token is valid",
            description: "The token stands in the body or in the Authorization header.", access: .open, rate: .auth,
            dialect: .d000
        ) { (input: ValidateInput, context) in
            guard let token = input.token ?? context.token else {
                throw APIError.invalid([RequestFault(path: "token", message: "is required, here or in the header")])
            }
            return ValidateAnswer(principal: await auth.principal(for: token))
        },
        APIOperation(
            .get, "/api/auth/profile", id: "auth.profile", tag: "Authentication", summary: "The user of the token",
            rate: .auth
        ) { (_: NoInput, context) in
            guard let principal = context.principal else { throw APIError(.unauthorized, "a token is needed") }
            return ProfileAnswer(
                principal: principal, createdAt: try await auth.createdAt(principal),
                hasSecondFactor: try await auth.hasSecondFactor(principal))
        },
    ]
}

extension OperationContext {
    /// For the audit log; without a target the client's address is one.
    func note(_ action: String, _ user: String, _ target: String? = nil) async {
        await host.note(
            AccessRecord(action: action, user: user, channel: requester.channel, target: target ?? address))
    }
}

struct LoginInput: OperationInput {
    var username: String
    var password: String
    var proof: SecondFactorProof?
    init(_ input: inout InputReader) {
        username = input.body.text("username", 1...100)
        password = input.body.text("password", 1...1024)
        proof = input.body.secondFactor("mfa_token", isRequired: false)
    }
}

struct RefreshInput: OperationInput {
    var token: String
    init(_ input: inout InputReader) {
        let names = [input.body.optionalText("refreshToken"), input.body.optionalText("refresh_token")]
        token = names.compactMap { $0 }.first ?? ""
        if token.isEmpty { input.body.fault("refreshToken", "is required (or refresh_token)") }
    }
}

struct LogoutInput: OperationInput {
    var refreshToken: String?
    var all: Bool
    init(_ input: inout InputReader) {
        // The access token may stand here instead of in the header; who it belongs to is known already.
        _ = input.body.optionalText("accessToken", 0...4096)
        refreshToken = input.body.optionalText("refreshToken")
        all = input.body.optionalBoolean("logoutAll") ?? false
    }
}

struct ValidateInput: OperationInput {
    var token: String?
    init(_ input: inout InputReader) { token = input.body.optionalText("token", 1...4096) }
}

struct LoginAnswer: OperationOutput {
    /// nil = a code of the second factor is needed as well.
    var session: Authentication.Session?
    static var example: LoginAnswer { LoginAnswer(session: .example) }
    static var schema: Schema {
        let whole = JSONWriter.describe { example.write(&$0) }
        guard case .object(let properties, let isOpen) = whole else { return whole }
        let flags = [Schema.Property("mfa_required", .boolean, isRequired: false)]
        let others = properties.map { property in
            property.name == "success"
                ? Schema.Property("success", .boolean, isRequired: true)
                : Schema.Property(property.name, property.schema, isRequired: false)
        }
        return .object(others + flags, isOpen: isOpen)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            guard let session else {
                json.field("success", false)
                json.field("mfa_required", true)
                return
            }
            json.constant("success", true)
            session.write(&json)
            json.object("user") { json in
                json.field("id", String(session.user.id))
                json.field("username", session.user.username)
                json.field("roles", session.user.roles)
            }
        }
    }
}

struct RefreshAnswer: OperationOutput {
    var session: Authentication.Session
    static var example: RefreshAnswer { RefreshAnswer(session: .example) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            session.write(&json)
        }
    }
}

extension Authentication.Session {
    static var example: Self {
        Self(
            access: "a", refresh: "r", csrf: "c",
            user: StoredUser(
                id: 1, username: "admin", passwordHash: "", roles: ["admin"], createdAt: Timestamp(nanoseconds: 0)))
    }

    /// Both documents' names for the same things.
    fileprivate func write(_ json: inout JSONWriter) {
        json.field("accessToken", access)
        json.field("token", access)
        json.field("refreshToken", refresh)
        json.field("refresh_token", refresh)
        json.field("expiresIn", AccessTokens.lifetimeSeconds)
        json.field("expires_in", AccessTokens.lifetimeSeconds)
        json.field("csrfToken", csrf)
    }
}

struct ValidateAnswer: OperationOutput {
    /// nil = the token is not valid.
    var principal: Principal?
    static var example: ValidateAnswer { ValidateAnswer(principal: .local) }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.field("valid", principal != nil)
            json.nullable("userId", principal?.userID)
            json.nullable("user_role", principal?.role?.rawValue)
        }
    }
}

struct ProfileAnswer: OperationOutput {
    var principal: Principal
    var createdAt: Timestamp
    var hasSecondFactor: Bool
    static var example: ProfileAnswer {
        ProfileAnswer(principal: .local, createdAt: Timestamp(nanoseconds: 0), hasSecondFactor: false)
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("id", principal.userID)
            json.field("username", principal.username)
            json.field("roles", principal.roles.map(\.rawValue))
            json.field("mfa_enabled", hasSecondFactor)
            json.field("created_at", createdAt)
        }
    }
}
