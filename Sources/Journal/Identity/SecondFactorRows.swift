import FoundationEssentials
import GRDB
public import Trading

/// A user's second factor, its secret encrypted by whoever keeps it here.
public struct SecondFactorRecord: Sendable, Equatable {
    public var user: Int64
    public var sealedSecret: [UInt8]
    public var isEnabled: Bool
    /// Of the newest code that was taken.
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

extension IdentityStore {
    public func secondFactor(user: Int64) throws(JournalError) -> SecondFactorRecord? {
        try read { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM second_factors WHERE user_id = ?", arguments: [user])
            return try row.map { row in
                SecondFactorRecord(
                    user: user, sealedSecret: try row.bytes("sealed_secret"), isEnabled: try row.get("is_enabled"),
                    lastStep: try row.get("last_step"), createdAt: try row.time("created_at"))
            }
        }
    }

    /// In place of one that is not enabled. False = there is an enabled one, which stays.
    public func beginSecondFactor(_ record: SecondFactorRecord) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO second_factors (user_id, sealed_secret, is_enabled, last_step, created_at) \
                    VALUES (?, ?, 0, ?, ?) ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, \
                    last_step = excluded.last_step, created_at = excluded.created_at WHERE is_enabled = 0
                    """,
                arguments: [
                    record.user, Data(record.sealedSecret), record.lastStep, record.createdAt.nanoseconds,
                ])
            return db.changesCount > 0
        }
    }

    /// Makes it count from the code of `step` on. False = there is none that waits for its first code.
    public func enableSecondFactor(
        user: Int64, step: Int64, recoveryHashes: [String]
    ) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(
                sql: "UPDATE second_factors SET is_enabled = 1, last_step = ? WHERE user_id = ? AND is_enabled = 0",
                arguments: [step, user])
            guard db.changesCount > 0 else { return false }
            try db.execute(sql: "DELETE FROM recovery_codes WHERE user_id = ?", arguments: [user])
            for hash in recoveryHashes {
                try db.execute(
                    sql: "INSERT INTO recovery_codes (user_id, hash) VALUES (?, ?)", arguments: [user, hash])
            }
            return true
        }
    }

    /// False = a code of this step or a later one was taken before.
    public func takeStep(user: Int64, step: Int64) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE second_factors SET last_step = ?1 WHERE user_id = ?2 AND is_enabled = 1 AND last_step < ?1
                    """,
                arguments: [step, user])
            return db.changesCount > 0
        }
    }

    /// False = there is no such code, or it was taken before.
    public func takeRecoveryCode(user: Int64, hash: String, at time: Timestamp) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(
                sql: "UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND hash = ? AND used_at IS NULL",
                arguments: [time.nanoseconds, user, hash])
            return db.changesCount > 0
        }
    }

    /// With its recovery codes. False = there was none.
    public func removeSecondFactor(user: Int64) throws(JournalError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM recovery_codes WHERE user_id = ?", arguments: [user])
            try db.execute(sql: "DELETE FROM second_factors WHERE user_id = ?", arguments: [user])
            return db.changesCount > 0
        }
    }
}
