import Testing
import Trading

@testable import Journal

@Suite("Users, tokens and keys")
struct IdentityTests {
    private let folder = TemporaryFolder()
    private let now = SampleFacts.time(0)
    private let week: Int64 = 7 * 86_400_000_000_000

    @Test("users are added once, found by name, changed and disabled, over restarts")
    func users() throws {
        var journal = try Journal.open(path: folder.journal)
        let ada = try journal.identity.addUser(name: "ada", passwordHash: "h1", roles: ["viewer", "admin"], at: now)
        #expect(ada.roles == ["admin", "viewer"])
        let error = #expect(throws: JournalError.self) {
            try journal.identity.addUser(name: "ada", passwordHash: "h2", roles: [], at: now)
        }
        #expect(error?.code == .conflict)
        try journal.identity.addUser(name: "bob", passwordHash: "h3", roles: ["trader"], at: now)
        #expect(try journal.identity.setPassword(user: ada.id, hash: "h4"))
        #expect(try journal.identity.setRoles(user: ada.id, roles: ["trader"]))
        #expect(try journal.identity.setDisabled(user: ada.id, true))
        #expect(try !journal.identity.setRoles(user: 99, roles: []))
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        let found = try journal.identity.user(name: "ada")
        #expect(found?.passwordHash == "h4" && found?.roles == ["trader"] && found?.isDisabled == true)
        #expect(try journal.identity.user(id: ada.id) == found)
        #expect(try journal.identity.user(name: "Ada") == nil)
        #expect(try journal.identity.users().map(\.username) == ["ada", "bob"])
        try journal.close()
    }

    @Test("a refresh token is good for one exchange; a second one ends its family")
    func rotation() throws {
        let journal = try Journal.open(path: folder.journal)
        let store = journal.identity
        let user = try store.addUser(name: "ada", passwordHash: "h", roles: [], at: now).id
        try store.issueRefresh(hash: "a1", family: "A", user: user, at: now, expires: now + week)
        try store.issueRefresh(hash: "b1", family: "B", user: user, at: now, expires: now + week)
        func rotate(_ old: String, _ new: String, after: Int64 = 1) throws -> RotationOutcome {
            try store.rotateRefresh(hash: old, newHash: new, at: now + after, expires: now + after + week)
        }
        #expect(try rotate("a1", "a2") == .rotated(userID: user, family: "A"))
        #expect(try rotate("a2", "a3") == .rotated(userID: user, family: "A"))
        #expect(try rotate("nothing", "x") == .unknown)
        // Someone has a copy of the first: its whole family is of no use any more, other logins are.
        #expect(try rotate("a1", "x") == .reused(userID: user, family: "A"))
        #expect(try rotate("a3", "x") == .reused(userID: user, family: "A"))
        #expect(try rotate("x", "y") == .unknown)
        #expect(try rotate("b1", "b2") == .rotated(userID: user, family: "B"))
        #expect(try rotate("b2", "b3", after: week + 1) == .expired)
        #expect(try rotate("b2", "b3", after: week) == .rotated(userID: user, family: "B"))
        try journal.close()
    }

    @Test("logout, a new password, and a disabled user end sessions")
    func revocation() throws {
        let journal = try Journal.open(path: folder.journal)
        let store = journal.identity
        let user = try store.addUser(name: "ada", passwordHash: "h", roles: [], at: now).id
        func issue(_ family: String) throws {
            try store.issueRefresh(hash: family + "1", family: family, user: user, at: now, expires: now + week)
        }
        func outcome(_ family: String) throws -> RotationOutcome {
            try store.rotateRefresh(hash: family + "1", newHash: family + "2", at: now, expires: now + week)
        }
        for family in ["A", "B", "C", "D"] { try issue(family) }
        #expect(try store.family(ofRefresh: "A1") == "A")
        try store.revokeFamily("A")
        #expect(try outcome("A") == .reused(userID: user, family: "A"))
        #expect(try outcome("B") == .rotated(userID: user, family: "B"))
        #expect(try store.setPassword(user: user, hash: "n"))
        #expect(try outcome("C") == .reused(userID: user, family: "C"))
        try issue("E")
        try store.revokeAll(user: user)
        #expect(try outcome("E") == .reused(userID: user, family: "E"))
        #expect(try store.setDisabled(user: user, true))
        try issue("F")
        #expect(try outcome("F") == .disabled)
        try journal.close()
    }

    @Test("expired refresh tokens are forgotten with a later login")
    func expiry() throws {
        let journal = try Journal.open(path: folder.journal)
        try journal.identity.issueRefresh(hash: "a", family: "A", user: 1, at: now, expires: now + 5)
        try journal.identity.issueRefresh(hash: "b", family: "B", user: 1, at: now + 6, expires: now + week)
        #expect(try journal.identity.family(ofRefresh: "a") == nil)
        #expect(try journal.identity.family(ofRefresh: "b") == "B")
        try journal.close()
    }

    @Test("API keys are found by their hash until they are revoked")
    func keys() throws {
        let journal = try Journal.open(path: folder.journal)
        let store = journal.identity
        let key = APIKeyRecord(
            id: "key-1", name: "bot", hash: "h", roles: ["trader"], createdBy: "ada", createdAt: now)
        try store.addKey(key)
        let error = #expect(throws: JournalError.self) { try store.addKey(key) }
        #expect(error?.code == .conflict)
        #expect(try store.key(hash: "h") == key)
        try store.touchKey(id: "key-1", at: now + 7)
        #expect(try store.key(hash: "h")?.lastUsedAt == now + 7)
        #expect(try store.revokeKey(id: "key-1", at: now + 8))
        #expect(try !store.revokeKey(id: "key-1", at: now + 9))
        #expect(try !store.revokeKey(id: "key-2", at: now + 9))
        #expect(try store.key(hash: "h") == nil)
        #expect(try store.keys().map(\.revokedAt) == [now + 8])
        try journal.close()
    }

    @Test("a revoked access token stays revoked over a restart, until it expires")
    func access() throws {
        var journal = try Journal.open(path: folder.journal)
        let later = Timestamp.wallClock + 1_000_000_000_000
        try journal.identity.revokeAccess(id: "past", until: Timestamp(nanoseconds: 1))
        try journal.identity.revokeAccess(id: "t1", until: later)
        #expect(journal.identity.isAccessRevoked(id: "t1"))
        #expect(!journal.identity.isAccessRevoked(id: "past"))
        #expect(!journal.identity.isAccessRevoked(id: "t2"))
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        #expect(journal.identity.isAccessRevoked(id: "t1"))
        #expect(!journal.identity.isAccessRevoked(id: "past"))
        try journal.close()
    }

    @Test("identities are written while the journal's writer is busy")
    func besideTheWriter() throws {
        let journal = try Journal.open(path: folder.journal)
        var facts = SampleFacts()
        for number in 0..<100 {
            journal.append(facts.batch(50))
            try journal.identity.addUser(name: "user \(number)", passwordHash: "h", roles: [], at: now)
        }
        #expect(journal.flush(timeoutMilliseconds: 20_000))
        #expect(try journal.identity.users().count == 100)
        #expect(try journal.recovery().facts.count == Int(journal.lastSequence))
        try journal.close()
    }

    @Test("clients' sessions are kept with their latest activity until they are removed")
    func clientSessions() throws {
        var journal = try Journal.open(path: folder.journal)
        let first = ClientSessionRecord(id: "s2", user: "1", createdAt: now, lastActivity: now)
        var second = ClientSessionRecord(id: "s1", user: "key-1", createdAt: now + 1, lastActivity: now + 1)
        try journal.identity.putClientSession(second)
        try journal.identity.putClientSession(first)
        second.lastActivity = now + 5
        try journal.identity.putClientSession(second)
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        #expect(try journal.identity.clientSessions() == [first, second])
        try journal.identity.removeClientSessions(["s2", "none"])
        #expect(try journal.identity.clientSessions() == [second])
        try journal.close()
    }

    @Test("a second factor counts from its first code; each code and each recovery code is taken once, over restarts")
    func secondFactors() throws {
        var journal = try Journal.open(path: folder.journal)
        var factor = SecondFactorRecord(user: 1, sealedSecret: [1], isEnabled: false, lastStep: 0, createdAt: now)
        #expect(try journal.identity.secondFactor(user: 1) == nil)
        #expect(try journal.identity.beginSecondFactor(factor))
        factor.sealedSecret = [2, 3]
        #expect(try journal.identity.beginSecondFactor(factor), "one that is not enabled is replaced")
        #expect(try journal.identity.secondFactor(user: 1) == factor)
        #expect(try !journal.identity.takeStep(user: 1, step: 7))
        #expect(try journal.identity.enableSecondFactor(user: 1, step: 5, recoveryHashes: ["a", "b"]))
        #expect(try !journal.identity.enableSecondFactor(user: 1, step: 6, recoveryHashes: ["c"]))
        factor.sealedSecret = [9]
        #expect(try !journal.identity.beginSecondFactor(factor))
        #expect(try !journal.identity.takeStep(user: 1, step: 5) && journal.identity.takeStep(user: 1, step: 7))
        #expect(try journal.identity.takeRecoveryCode(user: 1, hash: "a", at: now))
        try journal.close()
        journal = try Journal.open(path: folder.journal)
        #expect(try !journal.identity.takeStep(user: 1, step: 7))
        #expect(try !journal.identity.takeRecoveryCode(user: 1, hash: "a", at: now))
        #expect(try !journal.identity.takeRecoveryCode(user: 2, hash: "b", at: now))
        #expect(try !journal.identity.takeRecoveryCode(user: 1, hash: "c", at: now))
        let stored = try journal.identity.secondFactor(user: 1)
        #expect(stored?.isEnabled == true && stored?.lastStep == 7 && stored?.sealedSecret == [2, 3])
        #expect(try journal.identity.removeSecondFactor(user: 1))
        #expect(try !journal.identity.removeSecondFactor(user: 1))
        #expect(try !journal.identity.takeRecoveryCode(user: 1, hash: "b", at: now))
        try journal.close()
    }
}
