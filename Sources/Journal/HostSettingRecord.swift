import GRDB
public import Trading

/// A setting of the host itself as a client left it; the newest record of a name counts.
public struct HostSettingRecord: Sendable, Equatable {
    public var name: String
    public var value: String
    public var changedBy: String
    public var time: Timestamp

    public init(name: String, value: String, changedBy: String, time: Timestamp) {
        self.name = name
        self.value = value
        self.changedBy = changedBy
        self.time = time
    }
}

extension HostSettingRecord {
    init(row: Row) throws {
        self.init(
            name: try row.get("name"), value: try row.get("value"), changedBy: try row.get("changed_by"),
            time: try row.time("time"))
    }

    func upsert(_ db: Database) throws {
        var row = try BoundStatement(
            db, "INSERT OR REPLACE INTO host_settings (name, value, changed_by, time) VALUES (?, ?, ?, ?)")
        row.put(name)
        row.put(value)
        row.put(changedBy)
        row.put(time)
        try row.run()
    }
}
