public import Trading

/// For each row, the columns that are in use, so that a valuation looks at open positions only. The order inside a row
/// follows from the order of the fills; nothing but sums may depend on it.
@frozen @usableFromInline
struct OpenList: ~Copyable {
    @usableFromInline let columns: Int
    @usableFromInline var counts: FixedBuffer<Int32>
    /// Row by row; the first `counts[row]` entries are in use.
    @usableFromInline var items: FixedBuffer<Int32>
    /// Where a column stands in its row's items; −1 = not in use.
    @usableFromInline var slots: FixedBuffer<Int32>

    init(rows: Int, columns: Int) {
        self.columns = columns
        counts = FixedBuffer(count: rows, repeating: 0)
        items = FixedBuffer(count: rows * columns, repeating: 0)
        slots = FixedBuffer(count: rows * columns, repeating: -1)
    }

    @inlinable func count(_ row: Int) -> Int { Int(counts[row]) }
    @inlinable func item(_ row: Int, _ index: Int) -> Int { Int(items[row * columns + index]) }

    func isOpen(_ row: Int, _ column: Int) -> Bool { slots[row * columns + column] >= 0 }

    mutating func set(_ row: Int, _ column: Int, open: Bool) {
        let first = row * columns
        let slot = slots[first + column]
        guard (slot >= 0) != open else { return }
        if open {
            items[first + Int(counts[row])] = Int32(column)
            slots[first + column] = counts[row]
            counts[row] += 1
        } else {
            counts[row] -= 1
            let last = items[first + Int(counts[row])]
            items[first + Int(slot)] = last
            slots[first + Int(last)] = slot
            slots[first + column] = -1
        }
    }

    mutating func addRow() {
        counts = FixedBuffer(counts, adding: 1, of: 0)
        items = FixedBuffer(items, adding: columns, of: 0)
        slots = FixedBuffer(slots, adding: columns, of: -1)
    }
}
