internal import Glibc
internal import Trading

/// Reads a file from its first byte to its last, in pieces that end with whole lines.
struct CSVReader: ~Copyable {
    private static let pieceBytes = 1 << 20

    private var input: TextInput
    private let name: String
    private let options: CSVOptions
    private let block: TextBlock
    private var text: UnsafeMutablePointer<UInt8> { block.base }
    private var output = OutputBuffer()
    private var line = 0
    private var rows = 0
    private var faults = RowFaults()
    private var gaps = RowGaps()
    private var layout: ColumnLayout?
    private let take: Take?

    /// Takes the records of a piece out of the buffer; bars have their stamps as times. A file that is read like this may
    /// be of any length.
    typealias Take = (inout OutputBuffer, ImportProgress) throws(MarketDataError) -> Void

    /// What there is to say about a file that was read in pieces.
    struct Summary {
        var kind: MarketFile.Kind
        var rows: Int
        var decimals: Int
        var faults: RowFaults
        var gaps: RowGaps
    }

    static func read(
        _ input: consuming TextInput, name: String, options: CSVOptions
    ) throws(MarketDataError) -> MarketFile {
        if let interval = options.interval, !(1...StampInterval.max).contains(interval) {
            throw MarketDataError(.badOption, file: name, reason: "interval \(interval) ns is not in 1 ns … 366 days")
        }
        var reader = CSVReader(input, name: name, options: options, take: nil)
        let (layout, decimals) = try reader.readAll()
        return try reader.finish(layout, decimals: decimals)
    }

    /// Reads a file piece by piece and passes over every bad row.
    static func read(
        _ input: consuming TextInput, name: String, options: CSVOptions, take: @escaping Take
    ) throws(MarketDataError) -> Summary {
        var options = options
        options.badRowsMax = .max
        var reader = CSVReader(input, name: name, options: options, take: take)
        let (layout, decimals) = try reader.readAll()
        return Summary(
            kind: layout.kind, rows: reader.rows, decimals: decimals, faults: reader.faults, gaps: reader.gaps)
    }

    private init(_ input: consuming TextInput, name: String, options: CSVOptions, take: Take?) {
        self.input = input
        self.take = take
        self.name = name
        self.options = options
        block = TextBlock(capacity: CSVReader.pieceBytes + max(options.limits.lineBytes, 64))
    }

    private mutating func readAll() throws(MarketDataError) -> (ColumnLayout, decimals: Int) {
        var reader: RowReader?
        var filled = 0
        var isAtEnd = false
        while !isAtEnd {
            let count = try more(at: filled)
            isAtEnd = count == 0
            filled += count
            if isAtEnd, filled > 0, text[filled - 1] != UInt8(ascii: "\n") {
                text[filled] = UInt8(ascii: "\n")
                filled += 1
            }
            let used = try readLines(filled, with: &reader)
            if let take {
                try take(
                    &output, ImportProgress(rows: rows, readBytes: input.readBytes, fileBytes: input.fileBytes))
            }
            memmove(text, text + used, filled - used)
            filled -= used
            if filled > options.limits.lineBytes {
                line += 1
                throw fault(
                    .lineTooLong, "longer than \(options.limits.lineBytes) bytes: this is no line of a CSV file")
            }
        }
        guard let layout else { throw fault(.empty, "the file is empty", atLine: false) }
        return (layout, reader?.finestDecimals ?? 0)
    }

    /// Reads the next bytes behind those that are left over.
    private mutating func more(at filled: Int) throws(MarketDataError) -> Int {
        let room = UnsafeMutableRawBufferPointer(start: text + filled, count: block.capacity - filled - 1)
        let count: Int
        do {
            count = try input.read(into: room)
        } catch {
            throw fault(error.code, error.reason, atLine: line > 0)
        }
        if line == 0, count > 0 { try refuseBinary(room.baseAddress!, count) }
        return count
    }

    private func refuseBinary(_ start: UnsafeMutableRawPointer, _ count: Int) throws(MarketDataError) {
        guard memchr(start, 0, count) != nil else { return }
        throw fault(.binary, "not a text file: bars, trades or quotes as UTF-8 text, or that in gzip", atLine: false)
    }

    /// Reads the whole lines of the first `filled` bytes and says how many bytes they took.
    private mutating func readLines(
        _ filled: Int, with reader: inout RowReader?
    ) throws(MarketDataError) -> Int {
        var position = 0
        while position < filled, let found = memchr(text + position, 10, filled - position) {
            let start = UnsafePointer(text + position)
            var end = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            position = end - UnsafePointer(text) + 1
            line += 1
            if end > start, end[-1] == UInt8(ascii: "\r") { end -= 1 }
            if layout == nil {
                try readFirstLine(start, end, with: &reader)
            } else {
                try readRow(start, end, with: &reader!)
            }
            if rows & 4095 == 64 { reserve(usedBytes: position) }
        }
        return position
    }

    private mutating func readFirstLine(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, with reader: inout RowReader?
    ) throws(MarketDataError) {
        var start = start
        // A byte order mark is no part of the first name.
        if line == 1, end - start >= 3, start[0] == 0xef, start[1] == 0xbb, start[2] == 0xbf { start += 3 }
        if CSVReader.isBlank(start, end) { return }
        if end - start > options.limits.lineBytes { throw fault(.lineTooLong, tooLong(end - start)) }
        let layout: ColumnLayout
        do {
            layout = try ColumnLayout(
                firstLine: UnsafeRawBufferPointer(start: start, count: end - start),
                ignoresUnknown: options.ignoresUnknownColumns)
        } catch {
            throw fault(error.code, error.reason)
        }
        self.layout = layout
        reader = RowReader(layout: layout, options: options)
        if !layout.hasHeader { try readRow(start, end, with: &reader!) }
    }

    @inline(__always)
    private mutating func readRow(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, with reader: inout RowReader
    ) throws(MarketDataError) {
        do throws(RowFault) {
            if end - start > options.limits.lineBytes {
                throw RowFault(code: .lineTooLong, reason: tooLong(end - start))
            }
            try reader.read(start, end: end, into: &output)
            rows += 1
            if reader.isBehindGap { gaps.add(reader.gapStart, reader.previousStamp, line: line) }
        } catch {
            if CSVReader.isBlank(start, end) { return }
            let fault = fault(error.code, error.reason)
            if faults.count == options.badRowsMax { throw fault }
            faults.add(fault)
        }
        if rows > options.limits.rows, take == nil {
            throw fault(.tooLarge, "more than \(options.limits.rows) rows: split the file")
        }
    }

    /// Takes the memory for the whole file at once, by the length of the rows so far.
    private mutating func reserve(usedBytes: Int) {
        let expected = input.expectedTextBytes
        guard expected > CSVReader.pieceBytes, rows == 64, take == nil else { return }
        output.reserve(min(expected / (usedBytes / 65 + 1) * output.count / 64, options.limits.rows))
    }

    private static func isBlank(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
        var p = start
        while p < end, RowReader.isBlank(p.pointee) { p += 1 }
        return p == end
    }

    private func tooLong(_ bytes: Int) -> String { "\(bytes) bytes where \(options.limits.lineBytes) are allowed" }

    private func fault(_ code: MarketDataError.Code, _ reason: String, atLine: Bool = true) -> MarketDataError {
        MarketDataError(code, file: name, line: atLine ? line : nil, reason: reason, goodRows: rows)
    }

    // MARK: The end

    private consuming func finish(_ layout: ColumnLayout, decimals: Int) throws(MarketDataError) -> MarketFile {
        if rows == 0 {
            throw faults.count == 0
                ? fault(.headerOnly, "a header and no rows", atLine: false)
                : fault(.empty, "no good row", atLine: false)
        }
        var interval: Int64 = 0
        if layout.kind == .bars {
            guard let found = options.interval ?? StampInterval.mostFrequent(in: output.records) else {
                throw fault(.intervalUnknown, "one bar does not say how long it is: give the interval", atLine: false)
            }
            guard found <= StampInterval.max else {
                throw fault(.intervalUnknown, "bars are more than 366 days apart: give the interval", atLine: false)
            }
            interval = found
            StampInterval.place(&output, interval: interval, options: options)
        }
        guard let first = output.records.first, let last = output.records.last else {
            throw fault(.empty, "none of the rows lies in the time that was asked for", atLine: false)
        }
        let more = layout.hasMore ? output.count / 2 : output.count
        return MarketFile(
            name: name, kind: layout.kind, kinds: layout.kind.feed, content: .memory(MarketEvents(output)),
            instrument: options.instrument,
            first: first.timestamp,
            last: last.timestamp,
            rows: more, priceDecimals: decimals, interval: interval, skipped: faults.first, described: nil)
    }
}

/// The piece of text that is being read, with some bytes behind it that may be looked at though they mean nothing.
private struct TextBlock: ~Copyable {
    let base: UnsafeMutablePointer<UInt8>
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + 64)
        base.initialize(repeating: 0, count: capacity + 64)
    }

    deinit { base.deallocate() }
}
