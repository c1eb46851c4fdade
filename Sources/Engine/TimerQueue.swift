import Trading

/// The strategies' timers: few, so a plain list in order of setting.
struct TimerQueue {
    struct Entry: BitwiseCopyable {
        let slot: Int
        let tag: UInt64
        let due: Timestamp
    }

    private(set) var entries: [Entry] = []
    /// Timers of one strategy, so that none takes another's room.
    let capacity: Int
    /// Earliest due time; far in the future when there is none.
    private(set) var nextDue = Timestamp(nanoseconds: .max)

    init(capacity: Int) {
        self.capacity = capacity
        entries.reserveCapacity(capacity)
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Sets, moves (same tag) or drops (due 0) a timer. False when there is no room.
    mutating func set(slot: Int, tag: UInt64, due: Timestamp) -> Bool {
        entries.removeAll { $0.slot == slot && $0.tag == tag }
        var isTaken = true
        if due.nanoseconds != 0 {
            isTaken = entries.count { $0.slot == slot } < capacity
            if isTaken { entries.append(Entry(slot: slot, tag: tag, due: due)) }
        }
        refresh()
        return isTaken
    }

    /// Takes out the earliest timer due at or before `time`; of equal ones the one set first.
    mutating func popDue(at time: Timestamp) -> Entry? {
        guard nextDue <= time, let index = entries.firstIndex(where: { $0.due == nextDue }) else { return nil }
        let entry = entries.remove(at: index)
        refresh()
        return entry
    }

    /// Puts the timers of a checkpoint back, in the order of their setting.
    mutating func restore(_ kept: [Entry]) {
        entries = kept
        refresh()
    }

    mutating func removeAll(slot: Int) {
        entries.removeAll { $0.slot == slot }
        refresh()
    }

    private mutating func refresh() {
        nextDue = entries.reduce(Timestamp(nanoseconds: .max)) { min($0, $1.due) }
    }
}
