internal import Trading

extension Ledger {
    /// Appends the whole integer state, the same bytes for the same state on every machine: input of the state hash.
    ///
    /// Little-endian, in this order, "counts" being u32:
    ///
    ///     format = 1, instruments, currencies, accounts, strategies (counts)
    ///     next position id u64
    ///     per instrument: mark i64
    ///     per account: per currency: cash i128; per instrument: net quantity i64
    ///     per strategy: account i32; per instrument:
    ///         position id u64, quantity i64, cost i128, realized i128, commission i128, opened at i64,
    ///         of the open round trip: entry value i128, entry quantity i128, exit value i128, commission i128,
    ///         largest quantity i64
    ///
    /// Sums that follow from these (totals, estimates) are left out, and so is every Double.
    public func canonicalBytes(into bytes: inout [UInt8]) {
        for count in [1, instrumentCount, currencyCount, accounts.count, strategyCount] {
            bytes.append(littleEndian: UInt32(count))
        }
        bytes.append(littleEndian: nextPositionID)
        for instrument in 0..<instrumentCount { bytes.append(littleEndian: marks[instrument].raw) }
        for account in accounts.indices {
            for currency in 0..<currencyCount {
                bytes.append(littleEndian: cash(account: account, currency: currency).raw)
            }
            for instrument in 0..<instrumentCount {
                bytes.append(littleEndian: netQuantity(account: account, instrument: instrument).raw)
            }
        }
        for strategy in 0..<strategyCount {
            bytes.append(littleEndian: owners[strategy])
            for instrument in 0..<instrumentCount {
                holdings[strategy * instrumentCount + instrument].canonicalBytes(into: &bytes)
            }
        }
    }
}

extension Holding {
    fileprivate func canonicalBytes(into bytes: inout [UInt8]) {
        bytes.append(littleEndian: position.id)
        bytes.append(littleEndian: position.quantity.raw)
        bytes.append(littleEndian: position.cost.raw)
        bytes.append(littleEndian: position.realized.raw)
        bytes.append(littleEndian: position.commission.raw)
        bytes.append(littleEndian: position.openedAt.nanoseconds)
        bytes.append(littleEndian: entryValue.raw)
        bytes.append(littleEndian: entryQuantity)
        bytes.append(littleEndian: exitValue.raw)
        bytes.append(littleEndian: tripCommission.raw)
        bytes.append(littleEndian: largest.raw)
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
