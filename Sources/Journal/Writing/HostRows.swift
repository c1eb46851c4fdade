import GRDB
import Trading

/// The rows that the host's own facts become.
enum HostRows {
    static func insert(_ record: IdempotencyRecord, keeping days: Int, _ db: Database) throws {
        // Old ones go as new ones come. A key that comes again after its time is a new one.
        var old = try BoundStatement(db, "DELETE FROM idempotency WHERE time < ?")
        old.put(record.time.nanoseconds - Int64(days) * Timestamp.nanosecondsPerDay)
        try old.run()
        var row = try BoundStatement(
            db,
            """
            INSERT INTO idempotency (user, key, fingerprint, order_id, denial_id, answer, time) \
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user, key) DO UPDATE SET fingerprint = excluded.fingerprint, \
            order_id = excluded.order_id, denial_id = excluded.denial_id, answer = excluded.answer, \
            time = excluded.time
            """)
        row.put(record.user)
        row.put(record.key)
        row.put(record.fingerprint)
        row.put(record.orderID)
        row.put(record.denialID)
        row.put(record.answer)
        row.put(record.time)
        try row.run()
    }

    static func insert(_ record: SentOrderRecord, _ db: Database) throws {
        var row = try BoundStatement(db, "INSERT OR IGNORE INTO sent_orders (user, order_id) VALUES (?, ?)")
        row.put(record.user)
        row.put(record.orderID)
        try row.run()
    }

    static func upsert(_ record: StrategySettingRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO strategy_settings (strategy, file_hash, is_enabled, configuration, changed_by, \
            time) VALUES (?, ?, ?, ?, ?, ?)
            """)
        row.put(record.strategy)
        row.put(record.fileHash)
        row.put(record.isEnabled)
        row.put(record.configurationJSON)
        row.put(record.changedBy)
        row.put(record.time)
        try row.run()
    }

    static func upsert(_ record: StrategyStateRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO strategy_states (strategy, schema_version, schema_hash, time, bytes) \
            VALUES (?, ?, ?, ?, ?)
            """)
        row.put(record.strategy)
        row.put(record.schemaVersion)
        row.put(record.schemaHash)
        row.put(record.time)
        row.put(record.bytes)
        try row.run()
    }

    static func insert(_ record: LifecycleRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT INTO lifecycle (strategy, from_state, to_state, code, text, is_fault, generation, fault_count, \
            restart_count, time, event_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(record.strategy)
        row.put(record.from)
        row.put(record.to)
        row.put(record.code)
        row.put(record.text)
        row.put(record.isFault)
        row.put(record.generation)
        row.put(record.faultCount)
        row.put(record.restartCount)
        row.put(record.time)
        row.put(record.eventTime)
        try row.run()
    }

    static func upsert(_ record: LimitsRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db, "INSERT OR REPLACE INTO limits (scope, id, json, changed_by, time) VALUES (?, ?, ?, ?, ?)")
        row.put(record.scope.rawValue)
        row.put(record.id)
        row.put(record.json)
        row.put(record.changedBy)
        row.put(record.time)
        try row.run()
    }

    static func upsert(_ record: StopRecord, _ db: Database) throws {
        var row = try BoundStatement(
            db,
            """
            INSERT OR REPLACE INTO stops (id, scope, target, mode, reason, triggered_by, requester, channel, is_drill, \
            thrown_at, affected, resolved_at, resolved_by, resolution) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        row.put(record.id)
        row.put(record.scope)
        row.put(record.target)
        row.put(record.mode)
        row.put(record.reason)
        row.put(record.triggeredBy)
        row.put(record.requester)
        row.put(record.channel)
        row.put(record.isDrill)
        row.put(record.thrownAt)
        row.put(record.affectedJSON)
        row.put(record.resolvedAt)
        row.put(record.resolvedBy)
        row.put(record.resolution)
        try row.run()
    }

    static func insert(_ checkpoint: StoredCheckpoint, keeping count: Int, _ db: Database) throws {
        // Nothing happened since the one before: it is replaced.
        var row = try BoundStatement(
            db,
            "INSERT OR REPLACE INTO checkpoints (sequence, time, checksum, extra, engine) VALUES (?, ?, ?, ?, ?)")
        row.put(checkpoint.sequence)
        row.put(checkpoint.time)
        row.put(checkpoint.checksum)
        row.put(checkpoint.extra)
        row.put(checkpoint.engine)
        try row.run()
        var old = try BoundStatement(
            db,
            """
            DELETE FROM checkpoints WHERE sequence NOT IN \
            (SELECT sequence FROM checkpoints ORDER BY sequence DESC LIMIT ?)
            """)
        old.put(count)
        try old.run()
    }
}

extension StoredCheckpoint {
    /// Over both parts, so that one from another checkpoint is noticed, too.
    var checksum: UInt32 {
        Checksum.of(engine, sequence, UInt64(engine.count), UInt64(Checksum.of(extra, UInt64(extra.count))))
    }
}
