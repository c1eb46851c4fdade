internal import Glibc

/// XGBoost's JSON: learner → feature_names, attributes, objective, learner_model_param and the trees of gradient_booster. A tree
/// is lists with an element for each node: left_children and right_children (−1 at a leaf), split_indices (the feature),
/// split_conditions (the threshold, at a leaf its value), default_left (1 = unknown values go left).
enum BoostedTreesFile {
    private static let treesMax = 10_000
    private static let nodesMax = 1_000_000
    /// Deeper ones are no trees that somebody meant.
    private static let depthMax = 64

    static func model(_ root: ModelSection, _ name: String) -> SignalModel? {
        guard let learner = root.section("learner") else { return nil }
        let features = learner.read("feature_names", as: [String].self, "list of names of features")
        if let features { ModelFile.check(features, learner.place("feature_names"), root.faults) }
        let objective = objective(learner)
        let margin = objective.flatMap { baseMargin(learner, $0, features?.count) }
        let attributes = learner.has("attributes") ? learner.section("attributes") : nil
        let timeframe = attributes.flatMap { attributes -> String? in
            guard attributes.has("timeframe") else { return nil }
            return ModelFile.timeframe(
                attributes.text("timeframe"), attributes.place("timeframe"), root.faults)
        }
        guard let trees = trees(learner) else { return nil }
        var forest = Trees()
        for tree in trees { forest.add(tree, featureCount: features?.count ?? .max) }
        guard let features, let objective, let margin, root.faults.isEmpty else { return nil }
        return SignalModel(
            name: name, features: features, timeframe: timeframe,
            .trees(
                BoostedTrees(
                    objective: objective, baseMargin: margin, nodes: forest.nodes, roots: forest.roots,
                    featureCount: features.count)))
    }

    private static func objective(_ learner: ModelSection) -> BoostedTrees.Objective? {
        guard let section = learner.section("objective"), let name = section.text("name") else { return nil }
        let known = BoostedTrees.Objective(rawValue: name)
        if known == nil {
            let all = BoostedTrees.Objective.allCases.map(\.rawValue).joined(separator: ", ")
            section.fault("name", "'\(name.prefix(60))' is no objective that is known here; expected one of \(all)")
        }
        return known
    }

    /// `base_score` is what the objective predicts without a tree: "5E-1", since XGBoost 3.1 "[5E-1]".
    private static func baseMargin(
        _ learner: ModelSection, _ objective: BoostedTrees.Objective, _ featureCount: Int?
    ) -> Float? {
        guard let parameters = learner.section("learner_model_param") else { return nil }
        if parameters.has("num_class"), let classes = parameters.text("num_class"), !["0", "1"].contains(classes) {
            parameters.fault("num_class", "is \(classes.prefix(20)); models of several classes are not taken")
        }
        if parameters.has("num_target"), let targets = parameters.text("num_target"), targets != "1" {
            parameters.fault("num_target", "is \(targets.prefix(20)); models of several targets are not taken")
        }
        if let featureCount, let count = parameters.text("num_feature"), Int(count) != featureCount {
            parameters.fault("num_feature", "is \(count.prefix(20)); there are \(featureCount) feature_names")
        }
        guard let text = parameters.text("base_score") else { return nil }
        let isList = text.hasPrefix("[") && text.hasSuffix("]")
        guard let score = Float(isList ? String(text.dropFirst().dropLast()) : text), score.isFinite else {
            parameters.fault("base_score", "'\(text.prefix(40))' is no single number")
            return nil
        }
        guard objective == .logistic else { return score }
        guard score > 0, score < 1 else {
            parameters.fault("base_score", "is \(score); expected a probability between 0 and 1")
            return nil
        }
        return -logf(1 / score - 1)
    }

    private static func trees(_ learner: ModelSection) -> [ModelSection]? {
        guard let booster = learner.section("gradient_booster") else { return nil }
        if booster.has("name"), let name = booster.text("name"), name != "gbtree" {
            booster.fault("name", "'\(name.prefix(20))' is no booster that is known here; expected gbtree")
        }
        guard let trees = booster.section("model")?.sections("trees", most: treesMax) else { return nil }
        if trees.isEmpty { booster.fault("model.trees", "is empty; expected at least one tree") }
        return trees
    }

    /// The trees one behind the other, without the nodes that pruning left unreachable.
    private struct Trees {
        private(set) var nodes: [BoostedTrees.Node] = []
        private(set) var roots: [Int32] = []

        mutating func add(_ tree: ModelSection, featureCount: Int) {
            guard let left = tree.integers("left_children", count: nil) else { return }
            guard !left.isEmpty, nodes.count + left.count <= nodesMax else {
                return tree.fault(
                    "left_children", left.isEmpty ? "is empty; a tree has a root" : "makes more than \(nodesMax) nodes")
            }
            let right = tree.integers("right_children", count: left.count)
            let features = tree.integers("split_indices", count: left.count)
            let thresholds: [Float]? = tree.numbers("split_conditions", count: left.count)
            let defaults = tree.integers("default_left", count: left.count)
            if tree.has("split_type"), let types = tree.integers("split_type", count: left.count),
                let place = types.firstIndex(where: { $0 != 0 })
            {
                tree.fault("split_type[\(place)]", "is \(types[place]); splits by categories are not taken")
            }
            guard let right, let features, let thresholds, let defaults else { return }
            let lists = NodeLists(
                left: left, right: right, features: features, thresholds: thresholds, defaults: defaults)
            roots.append(Int32(nodes.count))
            var seen = [Bool](repeating: false, count: left.count)
            _ = place(0, of: lists, tree, featureCount, depth: 0, from: "the root", &seen)
        }

        private struct NodeLists {
            let left, right, features: [Int]
            let thresholds: [Float]
            let defaults: [Int]
        }

        /// Places a node and what hangs from it; where it now is.
        private mutating func place(
            _ node: Int, of lists: NodeLists, _ tree: ModelSection, _ featureCount: Int, depth: Int, from: String,
            _ seen: inout [Bool]
        ) -> Int32 {
            guard lists.left.indices.contains(node) else {
                tree.faults.add("\(tree.path).\(from)", "is \(node), but there are \(lists.left.count) nodes")
                return 0
            }
            guard !seen[node] else {
                tree.faults.add("\(tree.path).\(from)", "leads to node \(node) again: a cycle, or two parents")
                return 0
            }
            guard depth <= depthMax else {
                tree.faults.add("\(tree.path).\(from)", "lies deeper than \(depthMax) nodes")
                return 0
            }
            seen[node] = true
            let here = nodes.count
            nodes.append(
                BoostedTrees.Node(threshold: lists.thresholds[node], feature: -1, left: 0, right: 0, missing: 0))
            if lists.left[node] == -1, lists.right[node] == -1 { return Int32(here) }
            if lists.features[node] < 0 || lists.features[node] >= featureCount {
                tree.fault(
                    "split_indices[\(node)]",
                    "is \(lists.features[node]), but there are \(featureCount) feature_names")
            }
            if lists.defaults[node] != 0, lists.defaults[node] != 1 {
                tree.fault("default_left[\(node)]", "is \(lists.defaults[node]); expected 0 or 1")
            }
            let left = place(
                lists.left[node], of: lists, tree, featureCount, depth: depth + 1, from: "left_children[\(node)]", &seen
            )
            let right = place(
                lists.right[node], of: lists, tree, featureCount, depth: depth + 1, from: "right_children[\(node)]",
                &seen)
            nodes[here].feature = Int32(clamping: lists.features[node])
            (nodes[here].left, nodes[here].right) = (left, right)
            nodes[here].missing = lists.defaults[node] == 1 ? left : right
            return Int32(here)
        }
    }
}
