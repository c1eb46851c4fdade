import CStrategyABI
import MarketData
import Trading

/// One recording, over all its parts.
struct RecordedSession {
    let id: String
    let path: String
    /// Of all its parts.
    var bytes: Int64 = 0
    var start: Timestamp?
    /// Of the last record.
    var end: Timestamp?
    var records = 0
    var droppedRecords: UInt64 = 0
    var instruments: [String] = []
    /// The recording was ended in order.
    var isEnded = false
    /// What is wrong with the file.
    var problem: String?

    var state: String { problem != nil ? "damaged" : isEnded ? "complete" : "open" }

    /// Newest first. A file is a session where it begins as a recording does and is the first of its parts.
    static func all(in folder: String) -> [RecordedSession] {
        let sessions = FileSystem.names(in: folder).compactMap { name -> RecordedSession? in
            let path = "\(folder)/\(name)"
            guard !name.hasSuffix(RunRecording.callsSuffix), RecordingReader.isRecording(path) else { return nil }
            return read(name, path)
        }
        return sessions.sorted { a, b in
            let first = a.start?.nanoseconds ?? .min
            let second = b.start?.nanoseconds ?? .min
            return first == second ? a.id < b.id : first > second
        }
    }

    static func read(_ name: String, _ path: String) -> RecordedSession? {
        let id = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        var session = RecordedSession(id: id, path: path)
        session.bytes = FileSystem.bytes(of: path) ?? 0
        do throws(MarketDataError) {
            var reader = try RecordingReader(path)
            session.start = reader.header.start
            session.instruments = reader.header.instruments.map(\.instrument.id)
            var buffer = OutputBuffer()
            while try reader.next(into: &buffer) > 0 {
                if let last = buffer.records.last { session.end = Timestamp(nanoseconds: last.time) }
                buffer.removeAll()
            }
            session.records = reader.recordCount
            session.droppedRecords = reader.droppedRecords
            session.isEnded = reader.isEnded
        } catch {
            // A later part is listed with the first one.
            if error.code == .missingPart, error.file == path, session.start == nil { return nil }
            session.problem = error.description
        }
        session.addParts()
        return session
    }

    /// Further parts lie beside the first: "name.1.rec" beside "name.rec".
    private mutating func addParts() {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[slash...].lastIndex(of: ".")
        for part in 1...10_000 {
            let next = dot.map { "\(path[..<$0]).\(part)\(path[$0...])" } ?? "\(path).\(part)"
            guard let more = FileSystem.bytes(of: next) else { return }
            bytes += more
        }
    }

    var json: JSON {
        .object([
            ("id", .string(id)), ("file", .string(path)), ("state", .string(state)),
            ("start", .optional(start?.description)), ("end", .optional(end?.description)),
            ("records", .integer(records)), ("dropped_records", .integer(droppedRecords)), ("bytes", .integer(bytes)),
            ("instruments", .array(instruments.map { .string($0) })), ("problem", .optional(problem)),
        ])
    }

    static func table(_ sessions: [RecordedSession]) -> [String] {
        var table = TextTable([
            ("id", .left), ("start", .left), ("end", .left), ("records", .right), ("bytes", .right), ("state", .left),
            ("instruments", .left),
        ])
        for session in sessions {
            table.add([
                session.id.printable, session.start?.description ?? "–", session.end?.description ?? "–",
                String(session.records), String(session.bytes), session.state,
                session.instruments.joined(separator: " "),
            ])
        }
        return table.lines + sessions.compactMap { $0.problem.map { "problem: \($0)".printable } }
    }
}
