extension Performance {
    /// Pearson's product-moment correlation of two lists of returns of the same moments, −1…1 (K. Pearson, 1895). nil with
    /// fewer than 3 pairs, or where one of them does not vary.
    public static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
        guard a.count == b.count, a.count >= 3 else { return nil }
        let count = Double(a.count)
        let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
        var (product, squaresA, squaresB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += (x - meanA) * (y - meanB)
            squaresA += (x - meanA) * (x - meanA)
            squaresB += (y - meanB) * (y - meanB)
        }
        guard squaresA > 0, squaresB > 0 else { return nil }
        return defined(max(-1, min(1, product / (squaresA * squaresB).squareRoot())))
    }
}
