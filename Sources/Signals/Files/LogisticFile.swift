/// A logistic regression in JSON.
enum LogisticFile {
    static func model(_ root: ModelSection, _ name: String) -> SignalModel? {
        let features = root.read("features", as: [String].self, "list of names of features")
        if let features { ModelFile.check(features, "features", root.faults) }
        let means: [Double]? = root.numbers("means", count: features?.count)
        let scales: [Double]? = root.numbers("scales", count: features?.count)
        let coefficients: [Double]? = root.numbers("coefficients", count: features?.count)
        let intercept: Double? = root.read("intercept", "number")
        if let intercept, !intercept.isFinite { root.fault("intercept", "is \(intercept); expected a finite number") }
        for (index, scale) in (scales ?? []).enumerated() where scale <= 0 {
            root.faults.add("scales[\(index)]", "is \(scale); expected a number above 0")
        }
        let timeframe = ModelFile.timeframe(
            root.has("timeframe") ? root.text("timeframe") : nil, "timeframe", root.faults)
        guard let features, let means, let scales, let coefficients, let intercept, root.faults.isEmpty else {
            return nil
        }
        return SignalModel(
            name: name, features: features, timeframe: timeframe,
            .logistic(
                LogisticRegression(means: means, scales: scales, coefficients: coefficients, intercept: intercept)))
    }
}
