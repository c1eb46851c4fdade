import GRDB
import Trading

extension Recovery {
    mutating func readHostFacts(_ db: Database, now: Timestamp, _ options: JournalOptions) throws {
        settings = try Row.fetchAll(db, sql: "SELECT * FROM strategy_settings ORDER BY strategy").map { row in
            StrategySettingRecord(
                strategy: try row.get("strategy"), fileHash: try row.get("file_hash"),
                isEnabled: try row.get("is_enabled"),
                configurationJSON: try row.get("configuration"), changedBy: try row.get("changed_by"),
                time: try row.time("time"))
        }
        strategyStates = try Row.fetchAll(db, sql: "SELECT * FROM strategy_states ORDER BY strategy").map { row in
            StrategyStateRecord(
                strategy: try row.get("strategy"), schemaVersion: try row.get("schema_version"),
                schemaHash: try row.id("schema_hash"), bytes: try row.bytes("bytes"),
                time: try row.time("time"))
        }
        generations = try Row.fetchAll(db, sql: "SELECT * FROM generations ORDER BY strategy, number").map { row in
            GenerationRecord(
                strategy: try row.get("strategy"), number: try row.get("number"), plugin: try row.get("plugin"),
                version: try row.get("version"), sha256: try row.get("sha256"), isActive: try row.get("is_active"),
                loadedAt: try row.time("loaded_at"))
        }
        let dayAgo = now.nanoseconds - Timestamp.nanosecondsPerDay
        lifecycle = try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM lifecycle WHERE id IN (SELECT max(id) FROM lifecycle GROUP BY strategy) \
                OR (is_fault = 1 AND time > ?) ORDER BY id
                """, arguments: [dayAgo]
        ).map(LifecycleRecord.init(row:))
        limits = try Row.fetchAll(db, sql: "SELECT * FROM limits ORDER BY scope, id").map { row in
            guard let scope = LimitScope(rawValue: try row.get("scope")) else {
                throw JournalError(
                    .corrupt, "limits of the unknown scope \(try row.get("scope", Int.self)): restore a backup")
            }
            return LimitsRecord(
                scope: scope, id: try row.get("id"), json: try row.get("json"), changedBy: try row.get("changed_by"),
                time: try row.time("time"))
        }
        hostSettings = try Row.fetchAll(db, sql: "SELECT * FROM host_settings ORDER BY name")
            .map(HostSettingRecord.init(row:))
        runningSessions = try Row.fetchAll(
            db, sql: "SELECT * FROM trading_sessions WHERE ended_at IS NULL ORDER BY number"
        ).map(TradingSessionRecord.init(row:))
        activeStops = try Row.fetchAll(db, sql: "SELECT * FROM stops WHERE resolved_at IS NULL ORDER BY id")
            .map(StopRecord.init(row:))
        approvals = try ApprovalRecord.recent(db, 500)
        trades = try Row.fetchAll(db, sql: "SELECT * FROM trades WHERE state < 2 ORDER BY id")
            .map(TradeRecord.init(row:))
        signals = try SignalRecord.current(db)
        bridge = try BridgeTally.stored(db)
        rebalances = try RebalanceRecord.current(db)
        let oldest = now.nanoseconds - Int64(options.idempotencyDays) * Timestamp.nanosecondsPerDay
        idempotency = try Row.fetchAll(
            db, sql: "SELECT * FROM idempotency WHERE time >= ? ORDER BY time, user, key", arguments: [oldest]
        ).map { row in
            IdempotencyRecord(
                user: try row.get("user"), key: try row.get("key"), fingerprint: try row.get("fingerprint"),
                orderID: try row.id("order_id"),
                denialID: try row.id("denial_id"), answer: try row.get("answer"), time: try row.time("time"))
        }
    }
}

extension LifecycleRecord {
    init(row: Row) throws {
        self.init(
            strategy: try row.get("strategy"), from: try row.get("from_state"), to: try row.get("to_state"),
            code: try row.get("code"), text: try row.get("text"), isFault: try row.get("is_fault"),
            generation: try row.get("generation"), faultCount: try row.id("fault_count"),
            restartCount: try row.id("restart_count"), time: try row.time("time"),
            eventTime: try row.time("event_time"))
    }
}

extension StopRecord {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), scope: try row.get("scope"), target: try row.optional("target"),
            mode: try row.get("mode"), reason: try row.get("reason"),
            triggeredBy: try row.get("triggered_by"), requester: try row.get("requester"),
            channel: try row.get("channel"),
            isDrill: try row.get("is_drill"), thrownAt: try row.time("thrown_at"),
            affectedJSON: try row.get("affected"),
            resolvedAt: try row.optionalTime("resolved_at"),
            resolvedBy: try row.optional("resolved_by"), resolution: try row.optional("resolution"))
    }
}
