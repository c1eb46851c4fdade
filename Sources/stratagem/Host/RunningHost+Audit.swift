import API
import Journal
import Trading

// The audit log as the API asks for it.

extension RunningHost {
    func note(_ access: AccessRecord) async {
        let requester = Requester(user: access.user, channel: access.channel)
        _ = try? await ask { core throws(HostRefusal) in core.audit(access.action, access.target, by: requester) }
    }

    func verifyAudit(expected: [UInt8]?) async throws(HostRefusal) -> AuditReport {
        let keys = journal.options.auditKey.map { [$0.publicKey] } ?? []
        return try await readAudit { journal in
            AuditReport(try journal.verifyAudit(AuditExpectation(head: expected, publicKeys: keys)))
        }
    }

    func auditLines(_ filter: AuditLineFilter) async throws(HostRefusal) -> [AuditLine] {
        let names = try await ask { core throws(HostRefusal) in core.hostNames }
        @Sendable func line(_ entry: AuditEntry) -> AuditLine {
            AuditLine(entry, names.strategies, names.accounts, names.instruments)
        }
        var wanted = AuditFilter(
            from: filter.from, to: filter.to, after: filter.after, before: filter.before ?? UInt64(Int64.max),
            limit: filter.limit
        ) { entry in
            (filter.user.map { entry.user == $0 } ?? true) && (filter.action.map(entry.action.hasPrefix) ?? true)
                && (filter.text.map { line(entry).holds($0) } ?? true)
        }
        if let id = filter.account {
            guard let account = names.accounts.firstIndex(of: id) else { throw .unknown(kind: "account", id: id) }
            wanted.account = account
        }
        return try await readAudit { [wanted] journal in
            guard !filter.isNewest else { return try journal.lastAuditRows(wanted).map(line) }
            var lines: [AuditLine] = []
            try journal.auditRows(wanted) { lines += $0.map(line) }
            return lines
        }
    }

    private func readAudit<T: Sendable>(
        _ read: @escaping @Sendable (Journal) throws -> T
    ) async throws(HostRefusal) -> T {
        do {
            return try await BlockingWork.run { [journal] in try read(journal) }
        } catch {
            throw .unavailable("the audit log cannot be read: \(error)")
        }
    }
}

extension AuditReport {
    init(_ result: AuditVerification) {
        self.init(
            isWhole: result.isWhole, rows: result.rows, parts: result.segments, signedHeads: result.signedHeads,
            headSequence: result.head.sequence, head: result.head.text, expectedAt: result.expectedAt,
            problems: result.problems.map { Problem(sequence: $0.sequence, text: $0.text) })
    }
}

extension AuditLine {
    init(_ entry: AuditEntry, _ strategies: [String], _ accounts: [String], _ instruments: [String]) {
        func name(_ names: [String], _ index: Int) -> String? {
            names.indices.contains(index) ? names[index] : index >= 0 ? "#\(index)" : nil
        }
        self.init(
            sequence: entry.sequence, wallTime: entry.wallTime, eventTime: entry.eventTime, action: entry.action)
        user = entry.user
        channel = entry.channel
        account = name(accounts, entry.account)
        strategy = name(strategies, entry.strategy)
        generation = entry.generation.hexadecimal
        limits = entry.limits.hexadecimal
        target = entry.target
        detail = entry.detail
        hash = entry.hash.hexadecimal
        guard !entry.fact.isEmpty, let (events, findings) = try? FactCoding.read(entry.fact) else { return }
        switch events.first {
        case .orderAccepted(let placed), .orderChanged(let placed, _):
            order = Ordered(instrument: name(instruments, Int(placed.intent.instrument)) ?? "", intent: placed.intent)
        case .orderDenied(let denial):
            order = Ordered(instrument: name(instruments, Int(denial.intent.instrument)) ?? "", intent: denial.intent)
            self.findings = findings
        default: break
        }
    }
}
