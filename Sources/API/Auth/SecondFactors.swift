import Crypto
import FoundationEssentials
import Synchronization
import Trading

/// Second factors of users: set up, shown at a login, and shown again before what must not happen by a stolen token.
final class SecondFactors: Sendable {
    /// For so long a login counts as freshly proven.
    static let freshSeconds: UInt64 = 300
    private static let freshMax = 10_000

    private let store: any SecondFactorStoring
    private let storage: WorkQueue
    private let guesses: LoginGuard
    private let key: SymmetricKey
    private let clock: Authentication.Clocks
    /// By login: when it was proven, by the monotonic clock.
    private let proofs = Mutex<[String: UInt64]>([:])

    init(
        store: any SecondFactorStoring, storage: WorkQueue, guesses: LoginGuard, key: SigningKey,
        clock: Authentication.Clocks
    ) {
        self.store = store
        self.storage = storage
        self.guesses = guesses
        self.clock = clock
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.bytes), info: Array("second factors".utf8), outputByteCount: 32)
    }

    func isEnabled(user: Int64) async throws -> Bool {
        try await storage.run { [store] in try store.factor(user: user)?.isEnabled ?? false }
    }

    // MARK: Setting up

    /// A new secret, which counts once a code of it is shown.
    func begin(user: Int64) async throws -> [UInt8] {
        let secret = Secret.random(OneTimeCode.secretBytes)
        let factor = StoredFactor(
            user: user, sealedSecret: try seal(secret, user: user), isEnabled: false, lastStep: 0,
            createdAt: clock.wall())
        guard try await storage.run({ [store] in try store.beginFactor(factor) }) else {
            throw APIError(.conflict, "a second factor is set up already; switch it off first with disable")
        }
        return secret
    }

    /// The first code makes the factor count, and gives the recovery codes, which are shown this once. nil = it counted before,
    /// and the login is now freshly proven.
    func verify(user: Int64, login: String, _ proof: SecondFactorProof) async throws -> [String]? {
        guard let factor = try await storage.run({ [store] in try store.factor(user: user) }) else {
            throw APIError(.conflict, "no second factor is being set up; begin with setup-mfa")
        }
        if factor.isEnabled {
            try await prove(factor, proof)
            remember(login)
            return nil
        }
        let step = try guarded(user: user) { try match(proof, factor) }
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
        let hashes = codes.map { RecoveryCode.hash($0, user: user) }
        guard
            try await storage.run({ [store] in
                try store.enableFactor(user: user, step: step, recoveryHashes: hashes)
            })
        else { throw APIError(.conflict, "the second factor was changed meanwhile; begin again with setup-mfa") }
        remember(login)
        return codes
    }

    func disable(user: Int64, _ proof: SecondFactorProof) async throws {
        guard let factor = try await storage.run({ [store] in try store.factor(user: user) }), factor.isEnabled else {
            throw APIError(.conflict, "no second factor is set up")
        }
        try await prove(factor, proof)
        _ = try await storage.run { [store] in try store.removeFactor(user: user) }
    }

    // MARK: Proving

    /// After the password. false = a code is needed and was not given.
    func admit(user: Int64, _ proof: SecondFactorProof?) async throws -> Bool {
        guard let factor = try await storage.run({ [store] in try store.factor(user: user) }), factor.isEnabled else {
            return true
        }
        guard let proof else { return false }
        try await prove(factor, proof)
        return true
    }

    func remember(_ login: String) {
        let now = clock.monotonic()
        proofs.withLock { proofs in
            if proofs.count >= Self.freshMax { proofs = proofs.filter { Self.isFresh($0.value, at: now) } }
            if proofs.count < Self.freshMax { proofs[login] = now }
        }
    }

    func isFresh(_ login: String) -> Bool {
        let now = clock.monotonic()
        return proofs.withLock { $0[login].map { Self.isFresh($0, at: now) } ?? false }
    }

    private static func isFresh(_ proof: UInt64, at now: UInt64) -> Bool {
        now - min(proof, now) <= freshSeconds * 1_000_000_000
    }

    /// Takes the code: it is good for nothing afterwards.
    private func prove(_ factor: StoredFactor, _ proof: SecondFactorProof) async throws {
        let user = factor.user
        try checkWait(user)
        let isTaken: Bool
        switch proof {
        case .code:
            let step = try guarded(user: user) { try match(proof, factor) }
            isTaken = try await storage.run { [store] in try store.takeStep(user: user, step: step) }
        case .recovery(let code):
            let (hash, now) = (RecoveryCode.hash(code, user: user), clock.wall())
            isTaken = try await storage.run { [store] in
                try store.takeRecoveryCode(user: user, hash: hash, at: now)
            }
        }
        guard isTaken else { throw refused(user) }
        guesses.succeeded(.codes(of: user))
    }

    private func match(_ proof: SecondFactorProof, _ factor: StoredFactor) throws -> Int64? {
        guard case .code(let code) = proof else { return nil }
        return OneTimeCode.match(code, try open(factor), at: clock.wall()).flatMap { $0 > factor.lastStep ? $0 : nil }
    }

    /// A wrong code is one more of the user's, from wherever it comes: six digits are guessed soon.
    private func guarded(user: Int64, _ find: () throws -> Int64?) throws -> Int64 {
        try checkWait(user)
        guard let step = try find() else { throw refused(user) }
        return step
    }

    private func checkWait(_ user: Int64) throws(APIError) {
        guard let seconds = guesses.wait(.codes(of: user), at: clock.monotonic()) else { return }
        throw .tooManyFailures(retryAfter: seconds)
    }

    private func refused(_ user: Int64) -> APIError {
        guesses.failed(.codes(of: user), at: clock.monotonic())
        return APIError(.unauthorized, "the code is wrong, or was used before")
    }

    // MARK: Keeping

    private func seal(_ secret: [UInt8], user: Int64) throws -> [UInt8] {
        let box = try AES.GCM.seal(secret, using: key, authenticating: Array("user \(user)".utf8))
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    private func open(_ factor: StoredFactor) throws(APIError) -> [UInt8] {
        guard let box = try? AES.GCM.SealedBox(combined: factor.sealedSecret),
            let secret = try? AES.GCM.open(box, using: key, authenticating: Array("user \(factor.user)".utf8))
        else {
            throw APIError(
                .unavailable,
                "the second factor cannot be read: the data folder has another secret.key than when it was set up; "
                    + "the operator takes it away with `stratagem user reset-mfa`")
        }
        return Array(secret)
    }
}
