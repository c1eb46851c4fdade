import Synchronization

/// Grows whenever something may have changed that an answer shows, before anybody can be told of it: an answer that was made
/// since it grew last is what the host would answer now.
final class Revision: Sendable {
    private let value = Atomic<UInt64>(1)

    var current: UInt64 { value.load(ordering: .acquiring) }
    func grow() { value.add(1, ordering: .acquiringAndReleasing) }
}
