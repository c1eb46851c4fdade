import API
import Synchronization
import Trading

/// Users, tokens and keys in memory, with the same outcomes as a real store.
final class MemoryIdentity: IdentityStoring {
    private struct Refresh {
        var family: String
        var user: Int64
        var expires: Timestamp
        var isSpent = false
    }
    private struct Content {
        var users: [StoredUser] = []
        var refresh: [String: Refresh] = [:]
        var revoked: [String: Timestamp] = [:]
        var keys: [StoredKey] = []
        var factors: [Int64: StoredFactor] = [:]
        var recovery: [Int64: Set<String>] = [:]
    }
    private let content = Mutex(Content())

    func user(name: String) -> StoredUser? { content.withLock { $0.users.first { $0.username == name } } }
    func user(id: Int64) -> StoredUser? { content.withLock { $0.users.first { $0.id == id } } }
    func hasUsers() -> Bool { content.withLock { !$0.users.isEmpty } }
    func addUser(name: String, passwordHash: String, roles: [String], at time: Timestamp) {
        content.withLock { content in
            let id = Int64(content.users.count + 1)
            content.users.append(
                StoredUser(id: id, username: name, passwordHash: passwordHash, roles: roles, createdAt: time))
        }
    }

    func issueRefresh(hash: String, family: String, user: Int64, at time: Timestamp, expires: Timestamp) {
        content.withLock { $0.refresh[hash] = Refresh(family: family, user: user, expires: expires) }
    }
    func rotateRefresh(hash: String, newHash: String, at time: Timestamp, expires: Timestamp) -> RefreshRotation {
        content.withLock { content in
            guard let token = content.refresh[hash] else { return .refused }
            if token.isSpent {
                for (other, value) in content.refresh where value.family == token.family {
                    content.refresh[other]?.isSpent = true
                }
                return .reused(family: token.family)
            }
            guard token.expires > time else { return .refused }
            content.refresh[hash]?.isSpent = true
            content.refresh[newHash] = Refresh(family: token.family, user: token.user, expires: expires)
            return .rotated(user: token.user, family: token.family)
        }
    }
    func family(ofRefresh hash: String) -> String? { content.withLock { $0.refresh[hash]?.family } }
    func revokeFamily(_ family: String) {
        content.withLock { content in
            for (hash, value) in content.refresh where value.family == family { content.refresh[hash]?.isSpent = true }
        }
    }
    func revokeAll(user: Int64) -> [String] {
        content.withLock { content in
            var families: [String] = []
            for (hash, value) in content.refresh where value.user == user && !value.isSpent {
                content.refresh[hash]?.isSpent = true
                families.append(value.family)
            }
            return families
        }
    }

    func revokeAccess(id: String, until: Timestamp) { content.withLock { $0.revoked[id] = until } }
    func isAccessRevoked(id: String) -> Bool { content.withLock { $0.revoked[id] != nil } }

    func addKey(_ key: StoredKey) { content.withLock { $0.keys.append(key) } }
    func keys() -> [StoredKey] { content.withLock { $0.keys } }
    func key(hash: String) -> StoredKey? { content.withLock { $0.keys.first { $0.hash == hash } } }
    func touchKey(id: String, at time: Timestamp) {
        content.withLock { content in
            for place in content.keys.indices where content.keys[place].id == id {
                content.keys[place].lastUsedAt = time
            }
        }
    }
    func revokeKey(id: String, at time: Timestamp) -> Bool {
        content.withLock { content in
            let count = content.keys.count
            content.keys.removeAll { $0.id == id }
            return content.keys.count < count
        }
    }

    func factor(user: Int64) -> StoredFactor? { content.withLock { $0.factors[user] } }
    func beginFactor(_ factor: StoredFactor) -> Bool {
        content.withLock { content in
            if content.factors[factor.user]?.isEnabled == true { return false }
            content.factors[factor.user] = factor
            return true
        }
    }
    func enableFactor(user: Int64, step: Int64, recoveryHashes: [String]) -> Bool {
        content.withLock { content in
            guard content.factors[user]?.isEnabled == false else { return false }
            content.factors[user]?.isEnabled = true
            content.factors[user]?.lastStep = step
            content.recovery[user] = Set(recoveryHashes)
            return true
        }
    }
    func takeStep(user: Int64, step: Int64) -> Bool {
        content.withLock { content in
            guard let factor = content.factors[user], factor.isEnabled, factor.lastStep < step else { return false }
            content.factors[user]?.lastStep = step
            return true
        }
    }
    func takeRecoveryCode(user: Int64, hash: String, at time: Timestamp) -> Bool {
        content.withLock { $0.recovery[user]?.remove(hash) != nil }
    }
    func removeFactor(user: Int64) -> Bool {
        content.withLock { content in
            content.recovery[user] = nil
            return content.factors.removeValue(forKey: user) != nil
        }
    }
}
