/// Which column stands where, and so what kind of file it is.
struct ColumnLayout {
    struct Fault: Error {
        var code: MarketDataError.Code
        var reason: String
    }

    var kind: MarketFile.Kind
    var columns: [Column]
    /// Names out of the header; without one the columns' own.
    var names: [String]
    var delimiter: UInt8
    var timeUnit: EpochUnit = .byMagnitude
    var hasHeader: Bool

    func has(_ column: Column) -> Bool { columns.contains(column) }

    /// A bar with more than its own record holds.
    var hasMore: Bool { has(.vwap) || has(.tradeCount) }

    /// Reads the first line that is not blank.
    init(firstLine line: UnsafeRawBufferPointer, ignoresUnknown: Bool) throws(Fault) {
        delimiter = ColumnLayout.delimiter(of: line)
        let fields = ColumnLayout.split(line, delimiter: delimiter)
        if let shape = ColumnLayout.shape(of: fields) {
            (kind, columns) = shape
            names = columns.map { $0 == .ignored ? "(not used)" : $0.names[0] }
            hasHeader = false
            return
        }
        hasHeader = true
        names = fields
        columns = []
        kind = .bars
        try readHeader(ignoresUnknown: ignoresUnknown)
    }

    private mutating func readHeader(ignoresUnknown: Bool) throws(Fault) {
        var unknown: [String] = []
        for (index, name) in names.enumerated() {
            // Only the first column may go without a name.
            guard let match = Column.find(name), !(index > 0 && Column.normalized(name).isEmpty) else {
                unknown.append(name)
                columns.append(.ignored)
                continue
            }
            if let unit = match.unit { timeUnit = unit }
            columns.append(match.column)
        }
        if columns.allSatisfy({ $0 == .ignored || $0 == .time }) {
            throw Fault(code: .unknownColumns, reason: "the first line is no known header: \(seenAndUnderstood)")
        }
        if !unknown.isEmpty, !ignoresUnknown {
            let list = unknown.map { "'\(printable($0))'" }.joined(separator: ", ")
            throw Fault(
                code: .unknownColumns,
                reason: "unknown column\(unknown.count == 1 ? "" : "s") \(list); \(seenAndUnderstood)")
        }
        try decideKind()
        for column in Column.allCases where column != .ignored {
            if columns.filter({ $0 == column }).count > 1 {
                throw Fault(
                    code: .ambiguousColumn,
                    reason: "more than one column means \(column.names[0]); \(seenAndUnderstood)")
            }
        }
    }

    /// Bars have an open, quotes a bid, trades a price; a trade's quantity may be called volume.
    private mutating func decideKind() throws(Fault) {
        if has(.open) || has(.high) || has(.low) {
            kind = .bars
            columns = columns.map { $0 == .quantity ? .volume : $0 }
            try require([.time, .open, .high, .low, .close])
        } else if has(.bid) || has(.ask) {
            kind = .quotes
            try require([.time, .bid, .ask])
        } else {
            kind = .trades
            if !has(.quantity) { columns = columns.map { $0 == .volume ? .quantity : $0 } }
            try require([.time, .price, .quantity])
        }
        let used = ColumnLayout.used(by: kind)
        columns = columns.map { used.contains($0) ? $0 : .ignored }
    }

    private func require(_ needed: [Column]) throws(Fault) {
        let missing = needed.filter { !has($0) }.map { $0.names[0] }
        guard !missing.isEmpty else { return }
        throw Fault(
            code: .missingColumn,
            reason: "\(kind.rawValue) need the column\(missing.count == 1 ? "" : "s") "
                + "\(missing.joined(separator: ", ")); \(seenAndUnderstood)")
    }

    private static func used(by kind: MarketFile.Kind) -> [Column] {
        switch kind {
        case .bars, .events: [.time, .open, .high, .low, .close, .volume, .vwap, .tradeCount, .symbol]
        case .trades: [.time, .price, .quantity, .side, .buyerIsMaker, .tradeID, .symbol]
        case .quotes: [.time, .bid, .ask, .bidSize, .askSize, .symbol]
        }
    }

    private var seenAndUnderstood: String {
        "seen: \(printable(names.joined(separator: ", "))); understood: \(Column.understood)"
    }

    // MARK: Without a header

    /// A first line that starts with a time and goes on with numbers alone is data: 4 fields are a quote
    /// (time, bid, ask, one that is not used), 5 or 6 a bar (time, open, high, low, close[, volume]).
    private static func shape(of fields: [String]) -> (MarketFile.Kind, [Column])? {
        guard let first = fields.first?.utf8.first, first &- UInt8(ascii: "0") < 10 else { return nil }
        for field in fields.dropFirst() {
            guard case .success = DecimalField.parse(field, scale: 9) else { return nil }
        }
        switch fields.count {
        case 4: return (.quotes, [.time, .bid, .ask, .ignored])
        case 5: return (.bars, [.time, .open, .high, .low, .close])
        case 6: return (.bars, [.time, .open, .high, .low, .close, .volume])
        default: return nil
        }
    }

    // MARK: Text

    /// The one of tab, semicolon and comma that the line has most of.
    private static func delimiter(of line: UnsafeRawBufferPointer) -> UInt8 {
        var best = (byte: UInt8(ascii: ","), count: 0)
        for candidate in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
            let count = line.count { $0 == candidate }
            if count > best.count { best = (candidate, count) }
        }
        return best.byte
    }

    private static func split(_ line: UnsafeRawBufferPointer, delimiter: UInt8) -> [String] {
        line.split(separator: delimiter, omittingEmptySubsequences: false).map { field in
            String(decoding: field, as: UTF8.self).trimmed
        }
    }
}

extension String {
    /// Without outer blanks and one pair of quotes.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        if text.count >= 2, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
        return String(text)
    }
}

/// Text of a file for an error message: short, and without control characters.
func printable(_ text: some StringProtocol) -> String {
    let shown = text.prefix(200).map { character in
        character.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } ? character : "?"
    }
    return String(shown) + (text.count > 200 ? "…" : "")
}
