import FoundationEssentials
import GRDB

/// Rows have numbers for strategies, accounts and instruments; each start of a host writes down whose they are. A list only grows
/// at its end, so what it began with then must still be its beginning.
struct AuditNames {
    private var row: UInt64 = 0
    private var lists: [String: [String]] = [:]

    mutating func take(_ entry: AuditEntry) {
        guard entry.kind == .host, entry.action == "host.started",
            let lists = try? JSONDecoder().decode([String: [String]].self, from: Data(entry.detail.utf8))
        else { return }
        row = entry.sequence
        self.lists = lists
    }

    /// What was changed since the last start, by the row of that start.
    func differences(_ db: Database) throws -> [(row: UInt64, text: String)] {
        var differences: [(UInt64, String)] = []
        for (name, kind) in [("accounts", NameKind.account), ("instruments", .instrument), ("strategies", .strategy)] {
            guard let known = lists[name] else { continue }
            let stored = try String.fetchAll(
                db, sql: "SELECT id FROM names WHERE kind = ? ORDER BY number", arguments: [kind.rawValue])
            // A strategy's name has its account behind it.
            let ids = stored.map { kind == .strategy ? String($0.prefix { $0 != " " }) : $0 }
            if !ids.starts(with: known) {
                differences.append(
                    (row, "the names of \(name) are others than at this start: rows may be shown under wrong ones"))
            }
        }
        return differences
    }
}
