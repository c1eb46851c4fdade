/// Numbers from a seed (SplitMix64), the same on every machine.
public struct Dice: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Uniform enough for tests: the range is small against 2^64.
    public mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    public mutating func chance(_ hits: Int64, in total: Int64) -> Bool { number(1...total) <= hits }

    /// Lets something that happened change what comes next.
    public mutating func stir(_ word: UInt64) { state ^= word }
}
