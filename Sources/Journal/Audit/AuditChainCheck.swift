import Trading

/// Walks the chain row by row and names the rows that do not follow from those before.
struct AuditChainCheck {
    private(set) var sequence: UInt64 = 0
    private(set) var hash = AuditEntry.origin
    private(set) var rows: UInt64 = 0
    private(set) var problems: [AuditVerification.Problem] = []
    private(set) var problemCount = 0
    /// A row that was wrong, and the hash that it ought to have: the next row tells what of it was changed.
    private var doubtful: (sequence: UInt64, computed: [UInt8])?
    /// What stood before the next row is not known.
    private var isBroken = false
    private var buffer: [UInt8] = []

    /// Further ones are only counted.
    static let problemsMax = 100

    mutating func report(_ text: String, at sequence: UInt64?) {
        problemCount += 1
        guard problems.count < Self.problemsMax else { return }
        problems.append(AuditVerification.Problem(sequence: sequence, text: text))
    }

    mutating func take(_ entry: AuditEntry) {
        rows += 1
        guard entry.sequence > sequence else { return report("it comes twice", at: entry.sequence) }
        if entry.sequence != sequence + 1 { missing(sequence + 1, upTo: entry.sequence - 1) }
        defer {
            sequence = entry.sequence
            hash = entry.hash
        }
        guard !isBroken else {
            isBroken = false
            return
        }
        let computed = entry.hash(after: hash, &buffer)
        if let doubt = doubtful {
            doubtful = nil
            // It follows from the hash that the row before ought to have: there the hash itself was changed.
            let isOfHash = computed != entry.hash && entry.hash(after: doubt.computed, &buffer) == entry.hash
            report(isOfHash ? "its stored hash was changed" : "its content was changed", at: doubt.sequence)
            if isOfHash { return }
        }
        if computed != entry.hash { doubtful = (entry.sequence, computed) }
    }

    /// The row behind the last one has a column that cannot be read.
    mutating func takeUnreadable(_ error: JournalError) {
        settle()
        rows += 1
        sequence += 1
        report("it cannot be read: \(error.message)", at: sequence)
        isBroken = true
    }

    private mutating func missing(_ first: UInt64, upTo last: UInt64) {
        settle()
        report(first == last ? "it is missing" : "it and all up to row \(last) are missing", at: first)
        isBroken = true
    }

    /// Goes on behind a part whose rows cannot be had, by what was written down of it.
    mutating func skip(to last: UInt64, hash: [UInt8]) {
        settle()
        sequence = last
        self.hash = hash
    }

    /// No further row tells what of the last one was changed.
    mutating func settle() {
        if let doubt = doubtful { report("its content or its hash was changed", at: doubt.sequence) }
        doubtful = nil
    }
}
