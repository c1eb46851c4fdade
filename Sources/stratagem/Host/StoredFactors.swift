import API
import Journal
import Trading

/// Second factors in the journal's database.
extension StoredIdentities {
    func factor(user: Int64) throws -> StoredFactor? {
        try store.secondFactor(user: user).map { record in
            StoredFactor(
                user: record.user, sealedSecret: record.sealedSecret, isEnabled: record.isEnabled,
                lastStep: record.lastStep, createdAt: record.createdAt)
        }
    }

    func beginFactor(_ factor: StoredFactor) throws -> Bool {
        try store.beginSecondFactor(
            SecondFactorRecord(
                user: factor.user, sealedSecret: factor.sealedSecret, isEnabled: false, lastStep: factor.lastStep,
                createdAt: factor.createdAt))
    }

    func enableFactor(user: Int64, step: Int64, recoveryHashes: [String]) throws -> Bool {
        try store.enableSecondFactor(user: user, step: step, recoveryHashes: recoveryHashes)
    }

    func takeStep(user: Int64, step: Int64) throws -> Bool { try store.takeStep(user: user, step: step) }

    func takeRecoveryCode(user: Int64, hash: String, at time: Timestamp) throws -> Bool {
        try store.takeRecoveryCode(user: user, hash: hash, at: time)
    }

    func removeFactor(user: Int64) throws -> Bool { try store.removeSecondFactor(user: user) }
}
