public import Trading

/// A user's second factor as it is kept.
public struct StoredFactor: Sendable, Equatable {
    public var user: Int64
    /// Encrypted: the database alone does not open it.
    public var sealedSecret: [UInt8]
    /// false = the user has not yet shown a code of it.
    public var isEnabled: Bool
    /// Of the newest code that was taken; it and older ones are not taken again.
    public var lastStep: Int64
    public var createdAt: Timestamp
    public init(user: Int64, sealedSecret: [UInt8], isEnabled: Bool, lastStep: Int64, createdAt: Timestamp) {
        self.user = user
        self.sealedSecret = sealedSecret
        self.isEnabled = isEnabled
        self.lastStep = lastStep
        self.createdAt = createdAt
    }
}

/// Where second factors live. Each call is one transaction, so that a code or a recovery code is taken once, whoever shows it.
public protocol SecondFactorStoring: Sendable {
    func factor(user: Int64) throws -> StoredFactor?
    /// In place of one that is not enabled; false = there is an enabled one, which stays.
    func beginFactor(_ factor: StoredFactor) throws -> Bool
    /// false = there is none that waits for its first code.
    func enableFactor(user: Int64, step: Int64, recoveryHashes: [String]) throws -> Bool
    /// false = a code of this step or a later one was taken before.
    func takeStep(user: Int64, step: Int64) throws -> Bool
    /// false = there is no such code, or it was taken before.
    func takeRecoveryCode(user: Int64, hash: String, at time: Timestamp) throws -> Bool
    /// With its recovery codes; false = there was none.
    func removeFactor(user: Int64) throws -> Bool
}
