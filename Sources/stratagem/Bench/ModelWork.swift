import Features
import Signals
import Trading

/// A hundred full trees of depth 6 over twenty features, on rows of which some values are unknown.
final class ModelWork: BenchWork {
    static let rows = 4096
    static let trees = 100
    private static let depth = 6
    private static let features = 20

    private let model: SignalModel
    private let values: [Double]
    private(set) var sum = 0.0
    var events: Int { ModelWork.rows }

    init() {
        var seed: UInt64 = 0x9e37_79b9_7f4a_7c15
        func draw() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        let trees = (0..<ModelWork.trees).map { _ in ModelWork.tree(draw) }.joined(separator: ",")
        let names = Feature.all.prefix(ModelWork.features).map { "\"\($0.name)\"" }.joined(separator: ",")
        let text = """
            {"learner": {"feature_names": [\(names)], "objective": {"name": "binary:logistic"},
            "learner_model_param": {"base_score": "5E-1", "num_feature": "\(ModelWork.features)"},
            "gradient_booster": {"name": "gbtree", "model": {"trees": [\(trees)]}}}}
            """
        switch ModelFile.read(Array(text.utf8), name: "bench", file: "bench") {
        case .success(let model): self.model = model
        case .failure(let list): preconditionFailure("\(list.faults)")
        }
        values = (0..<ModelWork.rows * ModelWork.features).map { _ in
            draw() % 10 == 0 ? .nan : Double(draw() % 1000) / 1000
        }
    }

    /// Its inner nodes come first, row by row; their thresholds and the leaves' values are drawn.
    private static func tree(_ draw: () -> UInt64) -> String {
        let inner = (1 << depth) - 1
        let nodes = 0..<2 * inner + 1
        func list(_ element: (Int) -> String) -> String { "[" + nodes.map(element).joined(separator: ",") + "]" }
        let left = list { $0 < inner ? String(2 * $0 + 1) : "-1" }
        let right = list { $0 < inner ? String(2 * $0 + 2) : "-1" }
        let indices = list { $0 < inner ? String(draw() % UInt64(features)) : "0" }
        let conditions = list { _ in String(Double(draw() % 1000) / 1000) }
        let defaults = list { _ in String(draw() % 2) }
        return """
            {"left_children": \(left), "right_children": \(right), "split_indices": \(indices), \
            "split_conditions": \(conditions), "default_left": \(defaults)}
            """
    }

    func run() {
        values.withUnsafeBufferPointer { values in
            for row in 0..<ModelWork.rows {
                let start = row * ModelWork.features
                sum += model.probability(UnsafeBufferPointer(rebasing: values[start..<start + ModelWork.features]))
            }
        }
    }
}

extension BenchTable {
    mutating func addModel() {
        let work = ModelWork()
        work.run()
        let clock = ContinuousClock()
        let times = (0..<rounds).map { _ in
            clock.measure { work.run() } / .nanoseconds(1) / Double(work.events)
        }
        add(
            "model", times.sorted()[rounds / 2], "ns/evaluation",
            "\(ModelWork.trees) trees of depth 6, median of \(rounds) runs over \(work.events) rows of which a tenth is unknown"
        )
        addAllocations("model_allocations", work, "evaluation")
    }
}
