internal import CStrategyABI
internal import Trading

/// One instrument's wanted events of a mapped recording, block by block. A block that is wanted as it stands is given out
/// where the system has it; of others the wanted records are copied into one buffer that is used again.
final class RecordedTrack: Sendable {
    struct Summary {
        var kinds: FeedKinds = []
        var rows = 0
        var first: Timestamp?
        var last: Timestamp?

        /// A block that is wanted whole.
        fileprivate mutating func add(_ block: MappedBlock, _ seen: RecordingSurvey.Block) {
            kinds.formUnion(seen.kinds)
            rows += seen.rows
            if first == nil { first = Timestamp(nanoseconds: block.firstTime) }
            last = Timestamp(nanoseconds: block.lastTime)
        }

        fileprivate mutating func add(_ records: UnsafeBufferPointer<EventRecord>) {
            for record in records where record.kind != .more {
                rows += 1
                if first == nil { first = record.timestamp }
                last = record.timestamp
                switch record.kind {
                case .trade: kinds.insert(.trades)
                case .quote: kinds.insert(.quotes)
                case .depth: kinds.insert(.depth)
                case .bar: kinds.insert(.bars)
                default: break
                }
            }
        }
    }

    private struct Part {
        var block: MappedBlock
        /// Nothing of it has to be left out or changed.
        var isWhole: Bool
    }

    private let parts: [Part]
    private let filter: Filter
    let summary: Summary

    init(_ recording: MappedRecording, _ survey: RecordingSurvey, _ options: CSVOptions) {
        let from = options.from?.nanoseconds ?? .min
        let to = options.to?.nanoseconds ?? .max
        let barInterval = survey.barInterval
        filter = Filter(
            source: survey.instrument, target: options.instrument, barInterval: barInterval, from: from, to: to)
        var parts: [Part] = []
        var summary = Summary()
        var buffer = OutputBuffer()
        for (block, seen) in zip(recording.blocks, survey.blocks) where seen.rows > 0 && block.lastTime >= from {
            // A bar is counted at its open, which is so much earlier at most.
            let opened = block.firstTime.subtractingReportingOverflow(seen.longestBar).partialValue
            let hasAllBars = seen.longestBar == 0 || (seen.shortestBar == barInterval && seen.longestBar == barInterval)
            let isInside = (options.from == nil || opened >= from) && (options.to == nil || block.lastTime < to)
            let isWhole = seen.isPure && survey.instrument == options.instrument && hasAllBars && isInside
            parts.append(Part(block: block, isWhole: isWhole))
            if isWhole { summary.add(block, seen) } else { summary.add(filter.wanted(block, &buffer)) }
        }
        self.parts = parts
        self.summary = summary
    }

    var count: Int { parts.count }
    /// Records of its blocks, also those that are not wanted.
    var recordCount: Int { parts.reduce(0) { $0 + $1.block.count } }

    /// The wanted records of block `index`, maybe none; valid until `buffer` changes.
    func records(_ index: Int, _ buffer: inout OutputBuffer) -> UnsafeBufferPointer<EventRecord> {
        parts[index].isWhole ? parts[index].block.records : filter.wanted(parts[index].block, &buffer)
    }

    private struct Filter {
        /// In the recording, and in the events that are given out.
        var source: UInt32
        var target: UInt32
        var barInterval: Int64
        var from: Int64
        var to: Int64

        func wanted(_ block: MappedBlock, _ buffer: inout OutputBuffer) -> UnsafeBufferPointer<EventRecord> {
            buffer.removeAll()
            var isTaken = false
            for record in block.records {
                if record.kind != .more { isTaken = record.instrument == source && isWanted(record) }
                guard isTaken else { continue }
                var record = record
                record.instrument = target
                buffer.append(record)
            }
            return buffer.records
        }

        private func isWanted(_ record: EventRecord) -> Bool {
            var time = record.time
            switch record.kind {
            case .trade, .quote, .depth: break
            case .bar:
                guard record.asBar.interval == barInterval else { return false }
                time -= barInterval
            default: guard RecordingSurvey.isPlain(record) else { return false }
            }
            return time >= from && time < to
        }
    }
}
