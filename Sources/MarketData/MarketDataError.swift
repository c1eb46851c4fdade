/// Why a market data file cannot be used: what, where, and how many rows before it were good.
public struct MarketDataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// New cases may be added: switch with a default.
    public enum Code: String, Sendable, CaseIterable {
        // The file as a whole.
        case unreadable, tooLarge, binary, empty, headerOnly
        case gzipTruncated, gzipCorrupt, gzipTrailingBytes
        // Its first line.
        case unknownColumns, missingColumn, ambiguousColumn
        // One row.
        case lineTooLong, fieldCount, emptyField, notANumber, tooManyDecimals, outOfRange, notPositive
        case badTime, badSide, inconsistentBar, crossedQuote, otherInstrument, outOfOrder, duplicateBar, duplicateTrade
        // The reading.
        case intervalUnknown, badOption
        // A recording.
        case notARecording, unknownVersion, damagedHeader, damagedBlock, missingPart, badRecord, unknownInstrument
        case alreadyThere, unwritable, diskFull, syncFailed, closed
    }

    public var code: Code
    public var file: String
    /// From 1, the header included; nil when the fault belongs to no line.
    public var line: Int?
    /// What is wrong and what to do about it.
    public var reason: String
    /// Good rows before the fault.
    public var goodRows: Int

    public init(_ code: Code, file: String, line: Int? = nil, reason: String, goodRows: Int = 0) {
        self.code = code
        self.file = file
        self.line = line
        self.reason = reason
        self.goodRows = goodRows
    }

    func counted(_ goodRows: Int) -> MarketDataError {
        var copy = self
        copy.goodRows = goodRows
        return copy
    }

    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(reason) (\(goodRows) good row\(goodRows == 1 ? "" : "s") before it)"
    }
}
