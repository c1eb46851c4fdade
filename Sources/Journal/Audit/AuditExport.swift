import GRDB
public import Trading

/// Which rows of the audit log; in their order.
public struct AuditFilter: Sendable {
    /// Wall time, the end excluded.
    public var from: Timestamp?
    public var to: Timestamp?
    /// Number of `names`.
    public var account: Int?
    /// Rows behind this one.
    public var after: UInt64
    /// Rows ahead of this one.
    public var before: UInt64
    public var limit: Int
    /// What else a row must be.
    public var isWanted: @Sendable (AuditEntry) -> Bool

    public init(
        from: Timestamp? = nil, to: Timestamp? = nil, account: Int? = nil, after: UInt64 = 0,
        before: UInt64 = UInt64(Int64.max), limit: Int = .max,
        isWanted: @escaping @Sendable (AuditEntry) -> Bool = { _ in true }
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.after = after
        self.before = before
        self.limit = limit
        self.isWanted = isWanted
    }

    func covers(_ entry: AuditEntry) -> Bool {
        entry.sequence > after && entry.sequence < before && (from.map { entry.wallTime >= $0 } ?? true)
            && (to.map { entry.wallTime < $0 } ?? true)
            && (account == nil || entry.account == account) && isWanted(entry)
    }
}

extension Journal {
    /// Hands out rows page by page, from the files of older parts and from the database.
    public func auditRows(
        _ filter: AuditFilter, _ body: ([AuditEntry]) throws -> Void
    ) throws(JournalError) {
        try attempt(path) { try AuditExport(pool, folder: AuditArchive.folder(of: path), filter).run(body) }
    }

    /// The last rows of the filter, in their order; what lies before them is not read.
    public func lastAuditRows(_ filter: AuditFilter) throws(JournalError) -> [AuditEntry] {
        try attempt(path) { try AuditExport(pool, folder: AuditArchive.folder(of: path), filter).last() }
    }

    /// The same as `auditRows` for a tool, with the ids that have the numbers of the rows; a host may run on the journal at `path`.
    public static func readAudit<Names>(
        path: String, names: ((NameKind) throws -> [String]) throws -> Names, filter: (Names) throws -> AuditFilter,
        _ body: (Names, [AuditEntry]) throws -> Void
    ) throws(JournalError) {
        try JournalFile.requireReadable(path)
        try attempt(path) {
            var configuration = Configuration()
            configuration.label = "audit export"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            let known = try names { kind in
                try queue.read { db in
                    try String.fetchAll(
                        db, sql: "SELECT id FROM names WHERE kind = ? ORDER BY number", arguments: [kind.rawValue])
                }
            }
            try AuditExport(queue, folder: AuditArchive.folder(of: path), try filter(known)).run { try body(known, $0) }
        }
    }
}

struct AuditExport {
    private let reader: any DatabaseReader
    private let folder: String
    private let filter: AuditFilter
    private static let pageRows = 5_000

    init(_ reader: any DatabaseReader, folder: String, _ filter: AuditFilter) {
        self.reader = reader
        self.folder = folder
        self.filter = filter
    }

    func run(_ body: ([AuditEntry]) throws -> Void) throws {
        var left = filter.limit
        func give(_ rows: [AuditEntry]) throws {
            let wanted = rows.lazy.filter(filter.covers).prefix(left)
            left -= wanted.count
            if !wanted.isEmpty { try body(Array(wanted)) }
        }
        let segments = try reader.read { try AuditSegment.all($0) }
        for segment in segments where segment.last > filter.after && segment.first < filter.before && left > 0 {
            try give(try AuditArchive.read(folder + "/" + segment.file))
        }
        let range = try reader.read { try bounds($0) }
        var last = max(filter.after, segments.last?.last ?? 0, range.lowerBound)
        while left > 0, last < min(range.upperBound, filter.before) {
            let start = last
            let results = try reader.read { db in try AuditEntry.rows(after: start, Self.pageRows, db) }
            let page = try results.map { result in try result.get() }
            guard let end = page.last else { return }
            try give(page)
            last = end.sequence
        }
    }

    func last() throws -> [AuditEntry] {
        var newestFirst: [AuditEntry] = []
        func take(_ rows: some Sequence<AuditEntry>) {
            newestFirst += rows.lazy.filter(filter.covers).prefix(filter.limit - newestFirst.count)
        }
        let segments = try reader.read { try AuditSegment.all($0) }
        let range = try reader.read { try bounds($0) }
        let first = max(filter.after, segments.last?.last ?? 0, range.lowerBound) + 1
        var end = min(filter.before, range.upperBound + 1)
        while newestFirst.count < filter.limit, end > first {
            let start = end
            let results = try reader.read { db in try AuditEntry.rows(before: start, Self.pageRows, db) }
            let page = try results.map { result in try result.get() }
            guard let oldest = page.last else { break }
            take(page)
            end = oldest.sequence
        }
        for segment in segments.reversed() where segment.last > filter.after && segment.first < filter.before {
            guard newestFirst.count < filter.limit else { break }
            take(try AuditArchive.read(folder + "/" + segment.file).reversed())
        }
        return newestFirst.reversed()
    }

    /// Rows behind the lower and up to the upper bound; others are of other times.
    private func bounds(_ db: Database) throws -> Range<UInt64> {
        guard filter.from != nil || filter.to != nil else { return 0..<UInt64(Int64.max) }
        let row = try Row.fetchOne(
            db,
            sql: "SELECT min(sequence) AS a, max(sequence) AS b FROM audit_log WHERE wall_time >= ? AND wall_time < ?",
            arguments: [filter.from?.nanoseconds ?? .min, filter.to?.nanoseconds ?? .max])
        guard let first = try row?.optional("a", Int64.self), let last = try row?.optional("b", Int64.self) else {
            return 0..<0
        }
        return UInt64(max(first - 1, 0))..<UInt64(max(last, 0))
    }
}
