internal import Glibc

/// The standard normal distribution.
enum NormalDistribution {
    /// P(Z ≤ z).
    static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

    /// z with P(Z > z) = `tail`, which lies in 0 ..< 1 without 0: what 1/`tail` draws exceed once on average. Bisection down to
    /// neighbouring Doubles; a few dozen steps for a number that is wanted once.
    static func upperQuantile(_ tail: Double) -> Double {
        precondition(tail > 0 && tail < 1, "a tail of \(tail)")
        var low = -40.0
        var high = 40.0
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            if cumulative(-middle) > tail { low = middle } else { high = middle }
        }
    }
}
