public import CStrategyABI
public import Trading

/// The events of one file or of several in one timeline, piece by piece. However long they are, it takes memory for a
/// piece of each file only, where the files are recordings.
public final class MarketStream {
    private let tracks: [TrackStream]
    private var merged = OutputBuffer()

    /// Records of a piece at most, but for MORE records; a recording's blocks are pieces as they stand.
    static let pieceRecords = 1 << 16

    /// Events of several files are merged by time; of equal times the earlier file's come first. Bars of the lengths
    /// `bars` are built where a file can have them and does not.
    public init(_ files: [MarketFile], bars: [Timeframe] = []) {
        tracks = files.map { TrackStream($0, bars: $0.useful(bars)) }
    }

    /// The next events, whole with their MORE records; nil = the end. Valid until the next call.
    public func next() -> UnsafeBufferPointer<EventRecord>? {
        for track in tracks { track.fill() }
        if tracks.count == 1 { return tracks[0].take(before: nil) }
        merged.removeAll()
        while merged.count < MarketStream.pieceRecords, let track = earliest(but: nil) {
            let limit = earliest(but: track).map { (tracks[$0].time, track < $0) }
            if let events = tracks[track].take(before: limit) { merged.append(contentsOf: events) }
            tracks[track].fill()
        }
        return merged.count > 0 ? merged.records : nil
    }

    /// The file whose next event is the earliest of all but `other`.
    private func earliest(but other: Int?) -> Int? {
        var found: Int?
        for index in tracks.indices where index != other && tracks[index].hasMore {
            if let found, tracks[found].time <= tracks[index].time { continue }
            found = index
        }
        return found
    }
}

/// One file's events, with the bars that were asked for among them.
private final class TrackStream {
    private let content: MarketContent
    /// Of simulated content.
    private let pieces: SimulatedPieces?
    /// Of a recording its blocks, of a file in memory its records.
    private var position = 0
    private let buildsBars: Bool
    private var builder: BarBuilder
    private var copied = OutputBuffer()
    private var built = OutputBuffer()
    /// What has not been taken of the piece at hand.
    private var rest = UnsafeBufferPointer<EventRecord>(start: nil, count: 0)

    init(_ file: MarketFile, bars: [Timeframe]) {
        content = file.content
        if case .simulated(let track) = file.content { pieces = SimulatedPieces(track) } else { pieces = nil }
        buildsBars = !bars.isEmpty
        var kinds = [FeedKinds](repeating: [], count: Int(file.instrument) + 1)
        kinds[Int(file.instrument)] = file.kinds
        builder = BarBuilder(kinds: kinds, timeframes: bars)
    }

    var hasMore: Bool { !rest.isEmpty }
    /// Of the next event.
    var time: Int64 { rest[0].time }

    /// The next events of the piece at hand: those before `limit` (where `withEqual` those of its time as well), or all.
    func take(before limit: (time: Int64, withEqual: Bool)?) -> UnsafeBufferPointer<EventRecord>? {
        guard hasMore else { return nil }
        var end = rest.count
        if let limit {
            end = 1
            while end < rest.count {
                let record = rest[end]
                let isDue = record.time < limit.time || (limit.withEqual && record.time == limit.time)
                guard isDue || record.kind == .more else { break }
                end += 1
            }
        }
        let taken = UnsafeBufferPointer(rebasing: rest[..<end])
        rest = UnsafeBufferPointer(rebasing: rest[end...])
        return taken
    }

    /// Takes up the next piece where nothing is left of the one at hand.
    func fill() {
        guard rest.isEmpty else { return }
        let piece = nextPiece()
        guard buildsBars else {
            rest = piece
            return
        }
        built.removeAll()
        for record in piece { builder.pass(record, into: &built) }
        rest = built.records
    }

    private func nextPiece() -> UnsafeBufferPointer<EventRecord> {
        switch content {
        case .memory(let events):
            let records = events.records
            var end = min(position + MarketStream.pieceRecords, records.count)
            while end < records.count, records[end].kind == .more { end += 1 }
            defer { position = end }
            return UnsafeBufferPointer(rebasing: records[position..<end])
        case .recorded(let track):
            while position < track.count {
                position += 1
                let records = track.records(position - 1, &copied)
                if !records.isEmpty { return records }
            }
            return UnsafeBufferPointer(start: nil, count: 0)
        case .simulated:
            return pieces?.next() ?? UnsafeBufferPointer(start: nil, count: 0)
        }
    }
}
