import GRDB
import Trading

/// Memory that transactions use one after the other.
final class TransactionBuffers {
    var facts: [UInt8] = []
    /// The orders that a transaction touched, in the order of their first change.
    var orders: [TouchedOrder] = []
    /// Where an order stands in `orders`.
    var orderPlaces: [UInt64: Int] = [:]
    var findings: [UInt8] = []
}

/// An order's newest state within a transaction.
struct TouchedOrder {
    var order: Order
    var reason: OrderReason
    var wallTime: Timestamp
}

/// What one transaction writes: the facts as one row, and the rows for queries.
struct Transaction {
    let db: Database
    private let options: JournalOptions
    private let buffers: TransactionBuffers
    private var lastEventTime: Timestamp?

    init(_ db: Database, _ options: JournalOptions, _ buffers: TransactionBuffers) {
        self.db = db
        self.options = options
        self.buffers = buffers
    }

    mutating func write(_ batches: ArraySlice<QueuedBatch>, upTo last: QueuedBatch) throws {
        clear()
        var rows = try FactRows(db)
        var audit = try AuditWriter(db)
        for queued in batches {
            try put(queued, &rows, &audit)
            // A checkpoint holds the facts of its batch and before: the notes keep their place among the batches.
            for note in queued.batch.notes {
                try write(note, after: queued.firstSequence + UInt64(queued.batch.events.count) - 1)
                try audit.append(note, of: queued.batch)
                if case .checkpoint = note, let key = options.auditKey {
                    try audit.sign(with: key, at: queued.batch.wallTime)
                }
            }
        }
        for touched in buffers.orders { try rows.upsert(touched) }
        if let first = batches.first {
            let count = last.firstSequence + UInt64(last.batch.events.count) - first.firstSequence
            try putFacts(first: first.firstSequence, count: count, wallTime: last.batch.wallTime)
        }
        try putPosition(last)
    }

    private func clear() {
        buffers.facts.removeAll(keepingCapacity: true)
        buffers.orders.removeAll(keepingCapacity: true)
        buffers.orderPlaces.removeAll(keepingCapacity: true)
    }

    private mutating func put(_ queued: QueuedBatch, _ rows: inout FactRows, _ audit: inout AuditWriter) throws {
        let batch = queued.batch
        var writer = ByteWriter(taking: &buffers.facts)
        defer { writer.finish(into: &buffers.facts) }
        var sequence = queued.firstSequence
        // Of the order whose acceptance comes next.
        var warnings: ArraySlice<Finding> = []
        for (place, event) in batch.events.enumerated() {
            let start = writer.bytes.count
            FactCoding.append(event, findings: batch.findings, to: &writer)
            try audit.append(event, bytes: writer.bytes[start...], at: place, of: batch)
            switch event {
            case .orderAccepted(let order):
                try rows.insertDecision(
                    order, warnings: warnings, sequence: sequence, wallTime: batch.wallTime, &buffers.findings)
                warnings = []
                touch(order, .accepted, batch.wallTime)
            case .orderWarned(let warning) where warning.orderID == 0: warnings = batch.findings[warning.findings]
            case .orderWarned(let warning):
                try rows.insertDecision(
                    warning, findings: batch.findings[warning.findings], sequence: sequence, wallTime: batch.wallTime,
                    &buffers.findings)
            case .orderDenied(let denial):
                try rows.insertDecision(
                    denial, findings: batch.findings[denial.findings], sequence: sequence, wallTime: batch.wallTime,
                    &buffers.findings)
            case .orderChanged(let order, let reason): touch(order, reason, batch.wallTime)
            case .orderFilled(let fill): try rows.insert(fill, wallTime: batch.wallTime)
            case .roundTripClosed(let trip): try rows.insert(trip)
            case .financed(let payment): try rows.insert(payment)
            case .dayStarted(let start): try rows.insert(start)
            case .accountReset(let account, _, _): try rows.forgetDays(ofAccount: account)
            default: break
            }
            sequence += 1
        }
        if let last = batch.events.last { lastEventTime = last.time }
    }

    /// Only the last state of an order in the transaction is written.
    private func touch(_ order: Order, _ reason: OrderReason, _ wallTime: Timestamp) {
        if let place = buffers.orderPlaces[order.id] {
            buffers.orders[place].order = order
            buffers.orders[place].reason = reason
        } else {
            buffers.orderPlaces[order.id] = buffers.orders.count
            buffers.orders.append(TouchedOrder(order: order, reason: reason, wallTime: wallTime))
        }
    }

    private func putFacts(first: UInt64, count: UInt64, wallTime: Timestamp) throws {
        guard count > 0 else { return }
        let bytes = buffers.facts
        var row = try BoundStatement(
            db, "INSERT INTO facts (first_sequence, count, wall_time, checksum, bytes) VALUES (?, ?, ?, ?, ?)")
        row.put(first)
        row.put(count)
        row.put(wallTime)
        row.put(Checksum.of(bytes, first, count))
        row.put(bytes)
        try row.run()
    }

    private func putPosition(_ last: QueuedBatch) throws {
        var row = try BoundStatement(
            db,
            """
            UPDATE position SET last_batch = ?, last_sequence = ?, last_event_time = coalesce(?, last_event_time), \
            last_wall_time = ?
            """)
        row.put(last.number)
        row.put(last.firstSequence + UInt64(last.batch.events.count) - 1)
        row.put(lastEventTime)
        row.put(last.batch.wallTime)
        try row.run()
    }

    private func write(_ note: HostFact, after sequence: UInt64) throws {
        switch note {
        case .idempotency(let record): try HostRows.insert(record, keeping: options.idempotencyDays, db)
        case .sentOrder(let record): try HostRows.insert(record, db)
        case .setting(let record): try record.upsert(db)
        case .tradingSession(let record): try record.upsert(db)
        case .strategySetting(let record): try HostRows.upsert(record, db)
        case .strategyState(let record): try HostRows.upsert(record, db)
        case .generation(let record): try HostRows.upsert(record, db)
        case .lifecycle(let record): try HostRows.insert(record, db)
        case .limits(let record): try HostRows.upsert(record, db)
        case .stop(let record): try HostRows.upsert(record, db)
        case .approval(let record): try record.upsert(db)
        case .trade(let record): try HostRows.upsert(record, db)
        case .signal(let record): try record.upsert(db)
        case .rebalance(let record): try record.upsert(db)
        case .audit: break  // It stands in the audit log.
        case .checkpoint(let engine, let extra, let time):
            let checkpoint = StoredCheckpoint(sequence: sequence, engine: engine, extra: extra, time: time)
            try HostRows.insert(checkpoint, keeping: options.checkpoints, db)
        }
    }
}

extension JournalPosition {
    static func stored(_ db: Database) throws -> JournalPosition {
        let statement = try db.cachedStatement(sql: "SELECT last_batch, last_sequence FROM position")
        guard let row = try Row.fetchOne(statement) else {
            throw JournalError(.corrupt, "the journal's table 'position' is empty: restore a backup")
        }
        return JournalPosition(
            lastBatch: try row.id("last_batch"), lastSequence: try row.id("last_sequence"))
    }
}
