// Two published generators of random bits, so that a seed gives the same market on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014): turns any seed, 0 too, into well-mixed words.
public struct SplitMix64: Sendable, BitwiseCopyable {
    private var state: UInt64
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// The next `count` words.
    func keys(count: Int) -> [UInt64] {
        var generator = self
        return (0..<count).map { _ in generator.next() }
    }
}

/// xoshiro256** 1.0 (Blackman, Vigna 2018), and the shapes that the simulator draws. Integers alone: the results do not
/// depend on a mathematics library.
public struct RandomStream: Sendable, BitwiseCopyable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    public init(seed: UInt64) {
        var mixer = SplitMix64(seed: seed)
        (s0, s1, s2, s3) = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    @inline(__always)
    public mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let t = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }

    /// Steps over 2^128 numbers: streams of one seed that never meet.
    public mutating func jump() {
        var (j0, j1, j2, j3): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for word: UInt64 in [
            0x180e_c6d3_3cfd_0aba, 0xd5a6_1266_f0c9_392c, 0xa958_2618_e03f_c9aa, 0x39ab_dc45_29b1_661c,
        ] {
            for bit: UInt64 in 0..<64 {
                if word >> bit & 1 == 1 {
                    j0 ^= s0
                    j1 ^= s1
                    j2 ^= s2
                    j3 ^= s3
                }
                _ = next()
            }
        }
        (s0, s1, s2, s3) = (j0, j1, j2, j3)
    }

    /// 0 ..< bound, for bounds far below 2^32 (the bias is bound / 2^32).
    @inline(__always)
    public mutating func below(_ bound: Int64) -> Int64 { (Int64(next() >> 32) &* bound) >> 32 }

    public mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Nearly normal: mean 0, standard deviation 65536. The sum of four uniform numbers of 16 bits (variance
    /// 4 × 65536² / 12) times √3; it ends at ±3.46 deviations.
    @inline(__always)
    public mutating func normal() -> Int64 {
        let bits = next()
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48)
        return ((Int64(sum) - 131_070) * 113_512) >> 16
    }

    /// Nearly exponential with mean 65536: −ln u, where log2 is exact at the powers of two and straight between them.
    @inline(__always)
    public mutating func exponential() -> Int64 {
        let bits = next() | 1
        let zeros = bits.leadingZeroBitCount
        let fraction = Int64(((bits << UInt64(zeros)) << 1) >> 48)
        // ln 2 in 2^-16.
        return (((Int64(zeros) + 1) * 65_536 - fraction) * 45_426) >> 16
    }
}
