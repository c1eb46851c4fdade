internal import Glibc

/// Gradient-boosted trees as XGBoost evaluates them: float32, a value goes left where it is less than the threshold, one that is
/// not known the node's own way; the margin is the base margin and the leaves' values added up, tree by tree.
struct BoostedTrees: Sendable {
    enum Objective: String, CaseIterable, Sendable {
        case logistic = "binary:logistic"
        case squaredError = "reg:squarederror"
    }

    /// A leaf has no feature (−1), and its value in place of the threshold.
    struct Node: BitwiseCopyable, Sendable {
        var threshold: Float
        var feature: Int32
        var left: Int32
        var right: Int32
        /// Where an unknown value goes.
        var missing: Int32
    }

    let objective: Objective
    let baseMargin: Float
    private let forest: Forest
    /// Whoever evaluates needs as many floats.
    private let featureCount: Int

    /// `roots` and children are places in `nodes`; each child lies behind its parent.
    init(objective: Objective, baseMargin: Float, nodes: [Node], roots: [Int32], featureCount: Int) {
        self.objective = objective
        self.baseMargin = baseMargin
        self.featureCount = featureCount
        forest = Forest(nodes, roots)
    }

    var treeCount: Int { forest.roots.count }

    /// A probability or a value, by the objective. Without features there is only the base.
    func prediction(_ values: UnsafeBufferPointer<Double>) -> Double {
        let margin = withUnsafeTemporaryAllocation(of: Float.self, capacity: max(featureCount, 1)) { row in
            for index in 0..<featureCount { row[index] = Float(values[index]) }
            return forest.sum(from: baseMargin, UnsafePointer(row.baseAddress!))
        }
        switch objective {
        case .squaredError: return Double(margin)
        case .logistic: return Double(1 / (1 + expf(-margin)))
        }
    }
}

/// The nodes of all trees, in one piece of memory that never changes.
private final class Forest: @unchecked Sendable {
    private let nodes: UnsafeMutablePointer<BoostedTrees.Node>
    let roots: UnsafeMutableBufferPointer<Int32>

    init(_ nodes: [BoostedTrees.Node], _ roots: [Int32]) {
        self.nodes = .allocate(capacity: max(nodes.count, 1))
        for (index, node) in nodes.enumerated() { (self.nodes + index).initialize(to: node) }
        self.roots = .allocate(capacity: roots.count)
        for (index, root) in roots.enumerated() { self.roots.initializeElement(at: index, to: root) }
    }

    deinit {
        nodes.deallocate()
        roots.deallocate()
    }

    func sum(from base: Float, _ row: UnsafePointer<Float>) -> Float {
        var sum = base
        for root in roots {
            var place = Int(root)
            while nodes[place].feature >= 0 {
                let value = row[Int(nodes[place].feature)]
                let next =
                    value.isNaN
                    ? nodes[place].missing : value < nodes[place].threshold ? nodes[place].left : nodes[place].right
                place = Int(next)
            }
            sum += nodes[place].threshold
        }
        return sum
    }
}
