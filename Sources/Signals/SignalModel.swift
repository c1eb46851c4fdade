internal import Features

/// Turns features of an instrument into an opinion of where its price goes. Evaluating one allocates nothing.
///
///     let model = SignalModel.rules
///     let opinion = Opinion(probability: model.probability(values))   // one value for each of model.features
public struct SignalModel: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// Stated rules, each with its weight.
        case rules
        case logisticRegression = "logistic_regression"
        /// XGBoost's gradient-boosted trees.
        case boostedTrees = "boosted_trees"
    }

    enum Kernel: Sendable {
        case rules(RuleEnsemble)
        case logistic(LogisticRegression)
        case trees(BoostedTrees)
    }

    public let name: String
    /// Names of `Feature.all`, in the order of the values.
    public let features: [String]
    /// Which bars the features are of, as candles are named; nil = the host chooses.
    public let timeframe: String?
    let kernel: Kernel
    /// Places in `Feature.all`.
    private let places: [Int]

    init(name: String, features: [String], timeframe: String?, _ kernel: Kernel) {
        self.name = name
        self.features = features
        self.timeframe = timeframe
        self.kernel = kernel
        places = features.map { name in
            guard let place = Feature.index(of: name) else { preconditionFailure("there is no feature '\(name)'") }
            return place
        }
    }

    public var kind: Kind {
        switch kernel {
        case .rules: .rules
        case .logistic: .logisticRegression
        case .trees: .boostedTrees
        }
    }

    /// What it was trained to say, in words.
    public var summary: String {
        switch kernel {
        case .rules(let rules): "\(rules.count) rules"
        case .logistic(let model): "logistic regression on \(model.count) features"
        case .trees(let model): "\(model.treeCount) trees (\(model.objective.rawValue)) on \(features.count) features"
        }
    }

    /// Its values out of those of all features; not a number where there is none.
    public func values(_ feature: (Int) -> Double?) -> [Double] { places.map { feature($0) ?? .nan } }

    /// What the model itself says: trees give what their library predicts (a probability, or a value), the others the
    /// probability.
    public func prediction(_ values: UnsafeBufferPointer<Double>) -> Double {
        precondition(values.count == features.count, "\(values.count) values for \(features.count) features")
        return switch kernel {
        case .rules(let rules): rules.probability(values)
        case .logistic(let model): model.probability(values)
        case .trees(let model): model.prediction(values)
        }
    }

    /// That the price rises, 0…1. Trees with a value instead of a probability are taken to predict −1 … 1: (1 + value) / 2.
    public func probability(_ values: UnsafeBufferPointer<Double>) -> Double {
        let said = prediction(values)
        guard case .trees(let model) = kernel, model.objective == .squaredError else { return said }
        return min(max((1 + said) / 2, 0), 1)
    }

    public func probability(_ values: [Double]) -> Double { values.withUnsafeBufferPointer { probability($0) } }

    /// What moved it, the strongest first: rules that speak, or the terms of a regression. Trees give none.
    public func reasons(_ values: [Double]) -> [Reason] {
        let all =
            switch kernel {
            case .rules(let rules): rules.reasons(values)
            case .logistic(let model): model.reasons(values, features)
            case .trees: [Reason]()
            }
        return all.sorted { abs($0.share) > abs($1.share) }
    }
}

/// A part of an opinion.
public struct Reason: Sendable, Equatable {
    /// Of the rule or the feature.
    public let name: String
    /// What it adds: rules to the score −1…1, terms of a regression to the logarithm of the odds.
    public let share: Double
    public let text: String
}
