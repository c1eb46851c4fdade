internal import Glibc

/// p = 1 / (1 + e^−y), y = intercept + Σ coefficient × (value − mean) / scale. A value that is not known counts as its mean.
struct LogisticRegression: Sendable {
    let means: [Double]
    let scales: [Double]
    let coefficients: [Double]
    let intercept: Double

    var count: Int { coefficients.count }

    func probability(_ values: UnsafeBufferPointer<Double>) -> Double {
        var sum = intercept
        for index in coefficients.indices { sum += term(index, values[index]) }
        return 1 / (1 + exp(-sum))
    }

    private func term(_ index: Int, _ value: Double) -> Double {
        value.isNaN ? 0 : coefficients[index] * (value - means[index]) / scales[index]
    }

    func reasons(_ values: [Double], _ names: [String]) -> [Reason] {
        values.indices.compactMap { index in
            let share = term(index, values[index])
            guard share != 0 else { return nil }
            let side = values[index] > means[index] ? "above" : "below"
            return Reason(name: names[index], share: share, text: "\(names[index]) is \(side) its mean")
        }
    }
}
