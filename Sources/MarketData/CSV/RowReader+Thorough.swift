internal import Trading

// Fields that are not plain digits: signs, exponents, quotes, words, and everything that is wrong.
extension RowReader {
    mutating func readThoroughly(
        _ column: Column, _ field: UnsafeRawBufferPointer, index: Int
    ) throws(RowFault) {
        if column == .ignored { return }
        if field.isEmpty { throw fault(.emptyField, index, field, "is empty") }
        switch column {
        case .time:
            guard let stamp = stamps.read(field, earliest: earliestStamp) else {
                throw fault(.badTime, index, field, "is no time between 1900 and 2199 that is understood")
            }
            self[.time] = stamp
        case .side: self[.side] = try side(field, index)
        case .buyerIsMaker: self[.side] = try sideOfMaker(field, index)
        case .symbol: try checkSymbol(field, index)
        default: try readNumber(column, field, index)
        }
    }

    private mutating func readNumber(
        _ column: Column, _ field: UnsafeRawBufferPointer, _ index: Int
    ) throws(RowFault) {
        let isPrice = [.open, .high, .low, .close, .price, .bid, .ask].contains(column)
        let isCount = column == .tradeID || column == .tradeCount
        let scale = isPrice || column == .vwap ? Price.decimals : isCount ? 0 : Quantity.decimals
        // A bar's volume and vwap are sums and averages, often printed out of floating point: they are rounded. What was
        // traded is exact or refused.
        let rounds = column == .volume || column == .vwap
        let value: DecimalField.Value
        do {
            value = try DecimalField.parse(field, scale: scale, rounds: rounds)
        } catch {
            throw numberFault(error, index, field, scale: scale)
        }
        if value.raw < 0 || (value.raw == 0 && (isPrice || column == .quantity)) {
            throw fault(.notPositive, index, field, value.raw < 0 ? "is negative" : "must be above 0")
        }
        if isPrice { finestDecimals = max(finestDecimals, value.decimals) }
        self[column] = value.raw
    }

    private func numberFault(
        _ error: DecimalField.Fault, _ index: Int, _ field: UnsafeRawBufferPointer, scale: Int
    ) -> RowFault {
        switch error {
        case .empty: fault(.emptyField, index, field, "is empty")
        case .notANumber: fault(.notANumber, index, field, "is not a number")
        case .tooManyDecimals: fault(.tooManyDecimals, index, field, "has more than \(scale) decimals")
        case .outOfRange:
            fault(.outOfRange, index, field, "is larger than \(Int64.max / DecimalField.powersOfTen[scale])")
        }
    }

    private func side(_ field: UnsafeRawBufferPointer, _ index: Int) throws(RowFault) -> Int64 {
        if RowReader.isWord(field, "buy", "b", "bid") { return Int64(Side.buy.rawValue) }
        if RowReader.isWord(field, "sell", "s", "ask") { return Int64(Side.sell.rawValue) }
        throw fault(.badSide, index, field, "is neither buy nor sell")
    }

    /// Whose order rested: the aggressor is the other side.
    private func sideOfMaker(_ field: UnsafeRawBufferPointer, _ index: Int) throws(RowFault) -> Int64 {
        if RowReader.isWord(field, "true", "1", "t") { return Int64(Side.sell.rawValue) }
        if RowReader.isWord(field, "false", "0", "f") { return Int64(Side.buy.rawValue) }
        throw fault(.badSide, index, field, "is neither true nor false")
    }

    /// The field is one of these, in any case.
    @inline(__always)
    private static func isWord(
        _ field: UnsafeRawBufferPointer, _ a: StaticString, _ b: StaticString, _ c: StaticString
    ) -> Bool {
        func matches(_ word: StaticString) -> Bool {
            guard field.count == word.utf8CodeUnitCount else { return false }
            for index in 0..<field.count where field[index] | 0x20 != word.utf8Start[index] { return false }
            return true
        }
        return matches(a) || matches(b) || matches(c)
    }

    private mutating func checkSymbol(_ field: UnsafeRawBufferPointer, _ index: Int) throws(RowFault) {
        guard let symbol else {
            symbol = Array(field)
            return
        }
        guard symbol.elementsEqual(field) else {
            let expected = printable(String(decoding: symbol, as: UTF8.self))
            throw fault(
                .otherInstrument, index, field, "is not '\(expected)' as in the first row: split the file by instrument"
            )
        }
    }

    private func fault(
        _ code: MarketDataError.Code, _ index: Int, _ field: UnsafeRawBufferPointer, _ what: String
    ) -> RowFault {
        let text = printable(String(decoding: field.prefix(64), as: UTF8.self))
        return RowFault(code: code, reason: "column '\(printable(layout.names[index]))': '\(text)' \(what)")
    }
}
