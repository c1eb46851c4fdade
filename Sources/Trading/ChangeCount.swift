/// When each of some things changed last, counted and not timed: who keeps a value made of them asks whether it still holds.
@frozen public struct ChangeCount: ~Copyable {
    /// Of all changes so far; never 0, so that who has seen nothing finds everything new.
    @inlinable public var latest: UInt64 { count }
    @usableFromInline var count: UInt64 = 1
    @usableFromInline var places: FixedBuffer<UInt64>

    public init(count: Int) { places = FixedBuffer(count: count, repeating: 1) }

    @inlinable
    public mutating func note(_ place: Int) {
        count &+= 1
        places[place] = count
    }

    public mutating func noteAll() {
        count &+= 1
        for place in 0..<places.count { places[place] = count }
    }

    @inlinable
    public func hasChanged(_ place: Int, since seen: UInt64) -> Bool { places[place] > seen }
}
