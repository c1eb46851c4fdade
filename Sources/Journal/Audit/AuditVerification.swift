import GRDB

/// What became of a walk over the whole audit log.
public struct AuditVerification: Sendable, Equatable {
    public struct Problem: Sendable, Equatable {
        /// nil = of the log as a whole.
        public var sequence: UInt64?
        public var text: String
        public var description: String { sequence.map { "row \($0): \(text)" } ?? text }
    }

    public var rows: UInt64 = 0
    public var segments = 0
    public var signedHeads = 0
    public var head = AuditHead(sequence: 0, hash: AuditEntry.origin)
    /// Where the expected head stands in the chain; nil = nothing was expected, or it is not there.
    public var expectedAt: UInt64?
    /// In their order, the first hundred of them.
    public var problems: [Problem] = []
    public var problemCount = 0
    public var isWhole: Bool { problemCount == 0 }
}

/// What a verification holds the log to.
public struct AuditExpectation: Sendable {
    /// A hash that somebody wrote down: it must be that of some row.
    public var head: [UInt8]?
    /// Who may have signed heads; empty = whoever the heads name.
    public var publicKeys: [[UInt8]]
    public init(head: [UInt8]? = nil, publicKeys: [[UInt8]] = []) {
        self.head = head
        self.publicKeys = publicKeys
    }
}

extension Journal {
    /// Walks the chain of the journal at `path`, in the database and in the files of its older parts. A host may run on it.
    public static func verifyAudit(
        path: String, _ expectation: AuditExpectation = AuditExpectation()
    ) throws(JournalError) -> AuditVerification {
        try JournalFile.requireReadable(path)
        return try attempt(path) {
            var configuration = Configuration()
            configuration.label = "audit reader"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            var verifier = AuditVerifier(queue, folder: AuditArchive.folder(of: path), expectation)
            return try verifier.run()
        }
    }

    /// The same from within a host.
    public func verifyAudit(
        _ expectation: AuditExpectation = AuditExpectation()
    ) throws(JournalError) -> AuditVerification {
        try attempt(path) {
            var verifier = AuditVerifier(pool, folder: AuditArchive.folder(of: path), expectation)
            return try verifier.run()
        }
    }

    /// Where the audit log ends at this moment.
    public func auditHead() throws(JournalError) -> AuditHead {
        try attempt(path) { try pool.read { try AuditWriter.head($0) } }
    }
}

/// One verification. The database is read page by page, so that a host's write-ahead log does not grow meanwhile.
struct AuditVerifier {
    private let reader: any DatabaseReader
    private let folder: String
    private let expectation: AuditExpectation
    private var check = AuditChainCheck()
    private var result = AuditVerification()
    private var heads: [UInt64: SignedHead] = [:]
    private var names = AuditNames()

    private static let pageRows = 20_000

    init(_ reader: any DatabaseReader, folder: String, _ expectation: AuditExpectation) {
        self.reader = reader
        self.folder = folder
        self.expectation = expectation
    }

    mutating func run() throws -> AuditVerification {
        let (segments, signed) = try reader.read { (try AuditSegment.all($0), try SignedHead.all($0)) }
        heads = Dictionary(signed.map { ($0.sequence, $0) }, uniquingKeysWith: { first, _ in first })
        result.signedHeads = signed.count
        for segment in segments { take(segment) }
        try takeRows()
        check.settle()
        for difference in try reader.read({ try names.differences($0) }) {
            check.report(difference.text, at: difference.row)
        }
        let cut = signed.filter { $0.sequence > check.sequence }.map(\.sequence).max()
        if let cut { check.report("the log was cut: row \(cut) was signed and is gone", at: check.sequence + 1) }
        if expectation.head != nil, result.expectedAt == nil { check.report("no row has the expected hash", at: nil) }
        result.head = AuditHead(sequence: check.sequence, hash: check.hash)
        result.rows = check.rows
        result.problems = check.problems
        result.problemCount = check.problemCount
        return result
    }

    private mutating func takeRows() throws {
        var last = check.sequence
        while true {
            let page = try reader.read { try AuditEntry.rows(after: last, Self.pageRows, $0) }
            for entry in page { take(entry) }
            guard page.count == Self.pageRows, check.sequence > last else { return }
            last = check.sequence
        }
    }

    private mutating func take(_ entry: Result<AuditEntry, JournalError>) {
        switch entry {
        case .failure(let error): check.takeUnreadable(error)
        case .success(let entry):
            check.take(entry)
            names.take(entry)
            if entry.hash == expectation.head { result.expectedAt = entry.sequence }
            if let head = heads[entry.sequence] { compare(head, entry) }
        }
    }

    private mutating func compare(_ head: SignedHead, _ entry: AuditEntry) {
        if !head.isGenuine { check.report("the signature of this head is false", at: head.sequence) }
        if !expectation.publicKeys.isEmpty, !expectation.publicKeys.contains(head.publicKey) {
            check.report("this head was signed with another key, \(head.publicKey.hexadecimal)", at: head.sequence)
        }
        if head.hash != entry.hash {
            check.report(
                "it is not the row that was signed: it, or rows since the signed head before it, were written anew",
                at: head.sequence)
        }
    }

    private mutating func take(_ segment: AuditSegment) {
        result.segments += 1
        if segment.previousHash != check.hash {
            check.report(
                "part \(segment.number) does not begin with the last hash of the part before", at: segment.first)
        }
        do {
            let file = try AuditArchive.read(folder + "/" + segment.file)
            for entry in file { take(.success(entry)) }
        } catch {
            check.report("part \(segment.number): \(error)", at: segment.first)
        }
        if check.sequence != segment.last || check.hash != segment.lastHash {
            if check.sequence >= segment.first {
                check.report("part \(segment.number) does not end with the row that it ought to", at: segment.last)
            }
            check.skip(to: segment.last, hash: segment.lastHash)
        }
    }
}
