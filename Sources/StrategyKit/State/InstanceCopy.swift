/// An instance's memory at one moment, as a copy of values: arrays and rings are shared with the instance until that writes to
/// them, so that nobody waits for more than the references. To be written down later, on any thread.
struct InstanceCopy<S: Strategy> {
    let slots: [Slot<S>]
    let positions: [Position]
    let orders: [WorkingOrder]
    let nextTag: UInt64
    /// Ids of the instruments, by index.
    let names: [String]

    init(_ instance: Instance<S>) {
        let book = instance.book
        slots = Array(UnsafeBufferPointer(start: instance.slots, count: instance.slotCount))
        positions = Array(UnsafeBufferPointer(start: book.positions, count: Int(book.instrumentCount)))
        orders = book.orders
        nextTag = book.nextTag
        names = book.names
    }
}

/// A snapshot on its way to bytes: they are made once, whoever asks how many they are.
final class StateWriting {
    private let encode: () -> [UInt8]?
    /// None where it cannot be encoded: nobody can read that, and so it is refused.
    private(set) lazy var bytes = encode() ?? []

    init<S: Strategy>(_ copy: InstanceCopy<S>) { encode = { try? StateCoding.encode(SavedInstance(copy)) } }
}
