import API
import FoundationEssentials
import Journal
import PluginHost
import Portfolio
import Trading

// Between what the host shows and what the journal keeps.

extension StopRecord {
    init(_ view: StopView) {
        self.init(
            id: HostNames.number(view.id, "stop") ?? 0, scope: view.request.scope.rawValue,
            target: view.request.target, mode: view.request.mode.rawValue, reason: view.request.reason,
            triggeredBy: view.request.triggeredBy, requester: view.requester.user, channel: view.requester.channel,
            isDrill: view.request.isDrill, thrownAt: view.time, affectedJSON: JournalText.encode(view.affected),
            resolvedAt: view.resolvedAt, resolvedBy: view.resolvedBy, resolution: view.resolution)
    }

    /// A record that another version wrote with words of its own is read as the strictest: a system stop.
    var view: StopView {
        let request = StopRequest(
            scope: StopRequest.Scope(rawValue: scope) ?? .system, target: target,
            mode: StopRequest.Mode(rawValue: mode) ?? .stop, reason: reason, triggeredBy: triggeredBy,
            isDrill: isDrill)
        var view = StopView(
            id: "stop-\(id)", request: request, time: thrownAt,
            requester: Requester(user: requester, channel: channel), affected: JournalText.decode(affectedJSON) ?? [])
        view.resolvedAt = resolvedAt
        view.resolvedBy = resolvedBy
        view.resolution = resolution
        return view
    }
}

extension StrategyState {
    init(_ record: StrategyStateRecord) {
        self.init(schemaVersion: record.schemaVersion, schemaHash: record.schemaHash, bytes: record.bytes)
    }
}

/// Small JSON texts for the journal's rows, keys in order.
enum JournalText {
    /// Of texts, numbers, and lists and maps of them: they always have a JSON form.
    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: (try? encoder.encode(value)) ?? Data(), as: UTF8.self)
    }

    /// Cheap enough for the engine thread.
    static func object(_ texts: [String: String]) -> String {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            for (name, text) in texts.sorted(by: { $0.key < $1.key }) { json.field(name, text) }
        }
        return json.text
    }

    /// nil = not what this version writes.
    static func decode<Value: Decodable>(_ json: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }
}

extension PerformanceTracker {
    /// What follows from marks, for a checkpoint.
    var stored: [UInt8] {
        var writer = ByteWriter()
        encodeMarks(into: &writer)
        return writer.bytes
    }
}

extension Finding {
    /// A denial's findings as one text, for the answer to a repeated request.
    static func text(_ findings: [Finding]) -> String {
        findings.map {
            "\($0.rule.rawValue) \($0.reason.rawValue) \($0.scope.rawValue) \($0.observed) \($0.limit)"
                + ($0.used.map { " \($0)" } ?? "")
        }.joined(separator: "\n")
    }

    static func list(_ text: String) -> [Finding] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 5 || parts.count == 6, let rule = UInt8(parts[0]).flatMap(RuleID.init(rawValue:)),
                let reason = UInt16(parts[1]).flatMap(FindingReason.init(rawValue:)),
                let scope = UInt8(parts[2]).flatMap(LimitScope.init(rawValue:)), let observed = Int128(parts[3]),
                let limit = Int128(parts[4])
            else { return nil }
            let used = parts.count == 6 ? Int128(parts[5]) : nil
            return Finding(rule, reason, scope: scope, observed: observed, limit: limit, used: used)
        }
    }
}
