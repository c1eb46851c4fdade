/// Setting a second factor up, showing it, and switching it off (document 004).
func secondFactorOperations(_ auth: Authentication) -> [APIOperation] {
    [
        APIOperation(
            .post, "/api/auth/setup-mfa", id: "auth.setup_mfa", tag: "Authentication",
            summary: "Begin a second factor, or switch it off",
            description: """
                An empty body begins: `secret` (base32) and `otpauth_url` are for an authenticator app (RFC 6238, six digits, \
                thirty seconds), and verify-mfa with its first code makes it count. disable:true with mfa_token, a code or a \
                recovery code, switches it off.
                """,
            rate: .auth, errors: [.conflict, .unavailable]
        ) { (input: SetupFactorInput, context) in
            let (user, _) = try context.loggedIn
            guard !input.isDisabling else {
                guard let proof = input.proof else { throw APIError(.invalid, "mfa_token is required") }
                try await auth.factors.disable(user: user, proof)
                await context.note("login-mfa.disabled", context.requester.user)
                return SetupFactorAnswer()
            }
            let secret = try await auth.factors.begin(user: user)
            return SetupFactorAnswer(
                secret: Base32.encode(secret), url: OneTimeCode.url(secret, user: context.requester.user))
        },
        APIOperation(
            .post, "/api/auth/verify-mfa", id: "auth.verify_mfa", tag: "Authentication",
            summary: "Show a code of the second factor",
            description: """
                The first code makes the factor count; recovery_codes are shown this once, each good for one login without \
                the app. Later a code, or a login with one, makes the login fresh for five minutes: releasing an emergency \
                stop and making an API key ask for that. A code works once.
                """,
            rate: .auth, errors: [.conflict, .unavailable]
        ) { (input: VerifyFactorInput, context) in
            let (user, login) = try context.loggedIn
            guard let proof = input.proof else { throw APIError(.invalid, "mfa_token is required") }
            let codes = try await auth.factors.verify(user: user, login: login, proof)
            await context.note(codes == nil ? "login-mfa.shown" : "login-mfa.enabled", context.requester.user)
            return VerifyFactorAnswer(recoveryCodes: codes)
        },
    ]
}

extension OperationContext {
    /// The user and the login; API keys have neither.
    fileprivate var loggedIn: (user: Int64, login: String) {
        get throws(APIError) {
            guard let principal, let login = principal.login, let user = Int64(principal.userID) else {
                throw APIError(.conflict, "a second factor belongs to a user's login, and this is none")
            }
            return (user, login)
        }
    }
}

extension Fields {
    /// nil when it is absent or empty, or has a fault.
    func secondFactor(_ name: String, isRequired: Bool) -> SecondFactorProof? {
        read(
            name, .text(length: 0...19, pattern: SecondFactorProof.pattern(isRequired: isRequired)),
            isRequired: isRequired
        ) {
            value throws(Invalid) in
            let text = try Fields.text(value, 0...19)
            if text.isEmpty, !isRequired { return nil }
            guard let proof = SecondFactorProof(text) else {
                throw Invalid("must be six digits, or a recovery code")
            }
            return proof
        } ?? nil
    }
}

struct SetupFactorInput: OperationInput {
    var isDisabling: Bool
    var proof: SecondFactorProof?
    init(_ input: inout InputReader) {
        isDisabling = input.body.optionalBoolean("disable") ?? false
        proof = input.body.secondFactor("mfa_token", isRequired: false)
        if isDisabling, proof == nil, !input.body.hasFault("mfa_token") {
            input.body.fault("mfa_token", "is required to switch it off")
        }
    }
}

struct VerifyFactorInput: OperationInput {
    var proof: SecondFactorProof?
    init(_ input: inout InputReader) { proof = input.body.secondFactor("mfa_token", isRequired: true) }
}

struct SetupFactorAnswer: OperationOutput {
    /// nil = it was switched off.
    var secret: String?
    var url: String?
    static var example: SetupFactorAnswer { SetupFactorAnswer() }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.optional("secret", secret)
            json.optional("otpauth_url", url)
            json.constant("mfa_enabled", false)
        }
    }
}

struct VerifyFactorAnswer: OperationOutput {
    /// nil = they were shown before.
    var recoveryCodes: [String]?
    static var example: VerifyFactorAnswer { VerifyFactorAnswer() }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.constant("success", true)
            json.constant("mfa_enabled", true)
            json.optional("recovery_codes", recoveryCodes)
        }
    }
}
