internal import CStrategyABI
internal import Trading

/// A whole recording in memory.
public struct MarketRecording: Sendable {
    /// As it was named to the reader.
    public let name: String
    public let header: RecordingHeader
    /// As they were written; `RecordedInstrument` of index n in the header is instrument n here.
    public let events: MarketEvents
    /// What was cut off at the end; nil = nothing.
    public let tail: RecordingTail?
    /// Records that the session could not write.
    public let droppedRecords: UInt64

    /// Reads the recording at `path` with all its parts.
    public static func read(_ path: String, recordsMax: Int = 200_000_000) throws(MarketDataError) -> MarketRecording {
        var reader = try RecordingReader(path)
        var output = OutputBuffer(capacity: 1 << 12)
        while try reader.next(into: &output) > 0 {
            guard output.count <= recordsMax else {
                throw MarketDataError(
                    .tooLarge, file: path, reason: "more than \(recordsMax) records: record shorter sessions",
                    goodRows: recordsMax)
            }
        }
        return MarketRecording(
            name: path, header: reader.header, events: MarketEvents(output), tail: reader.tail,
            droppedRecords: reader.droppedRecords)
    }

    /// Something was traded, quoted or closed a bar in this instrument.
    public func hasMarket(_ id: String) -> Bool {
        guard let index = header.index(of: id) else { return false }
        return withExtendedLifetime(events) {
            events.records.contains {
                $0.instrument == UInt32(index) && ($0.kind == .trade || $0.kind == .quote || $0.kind == .bar)
            }
        }
    }

    /// One instrument's market, as if it had been read from a file of its own: trades, quotes and depth, or the shortest
    /// bars where there is nothing finer; all other bars are left out, because they can be built again. Of `options`,
    /// `from`, `to` and `instrument` count.
    public func file(_ id: String, options: CSVOptions = CSVOptions()) throws(MarketDataError) -> MarketFile {
        guard let index = header.index(of: id) else {
            let ids = header.instruments.map(\.instrument.id).joined(separator: ", ")
            throw MarketDataError(.unknownInstrument, file: name, reason: "has no instrument '\(id)': it has \(ids)")
        }
        var extract = RecordingExtract(self, UInt32(index), options)
        do throws(RecordingExtract.Fault) {
            try withExtendedLifetime(events) { () throws(RecordingExtract.Fault) in try extract.take(events.records) }
        } catch {
            throw MarketDataError(
                error.code, file: name, reason: "record \(error.record) \(error.reason)", goodRows: error.record)
        }
        return try extract.finish()
    }
}
