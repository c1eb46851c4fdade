import Signals
import Testing

@Suite("Model files")
struct ModelFileTests {
    private static let tree = "learner.gradient_booster.model.trees[0]"

    private func faults(_ text: String) -> [String] {
        switch ModelFile.read(Array(text.utf8), name: "m", file: "m.json") {
        case .success: []
        case .failure(let list): list.faults.map { "\($0.path): \($0.message)" }
        }
    }

    private func faults(_ change: (inout ModelText) -> Void) -> [String] {
        var text = ModelText()
        change(&text)
        return faults(text.text(trees: [text.tree]))
    }

    @Test("a good file has no fault")
    func good() { #expect(faults { _ in } == []) }

    @Test("a child that is not there is refused with its place", arguments: ["9", "-2", "5"])
    func missingNode(child: String) {
        let found = faults { $0.left = "[1, -1, \(child), -1, -1]" }
        #expect(found == ["\(Self.tree).left_children[2]: is \(child), but there are 5 nodes"])
    }

    @Test("half a leaf is refused: one child alone is a missing node")
    func halfLeaf() {
        let found = faults { $0.left = "[1, -1, -1, -1, -1]" }
        #expect(found == ["\(Self.tree).left_children[2]: is -1, but there are 5 nodes"])
    }

    @Test("a cycle is refused with its place")
    func cycle() {
        let found = faults { $0.right = "[2, -1, 0, -1, -1]" }
        #expect(found == ["\(Self.tree).right_children[2]: leads to node 0 again: a cycle, or two parents"])
    }

    @Test("a tree deeper than 64 nodes is refused")
    func depth() {
        let count = 131
        func list(_ element: (Int) -> Int) -> String { "\((0..<count).map(element))" }
        let found = faults {
            $0.left = list { $0 % 2 == 0 && $0 + 2 < count ? $0 + 1 : -1 }
            $0.right = list { $0 % 2 == 0 && $0 + 2 < count ? $0 + 2 : -1 }
            $0.indices = list { _ in 0 }
            $0.conditions = list { $0 }
            $0.defaults = list { _ in 0 }
        }
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.hasSuffix("lies deeper than 64 nodes") })
    }

    @Test("a threshold that is no number is refused with its place", arguments: ["NaN", "Infinity", "-Infinity"])
    func notANumber(word: String) {
        let found = faults { $0.conditions = "[30, 0.5, \(word), -0.25, 1.5]" }
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("\(Self.tree).split_conditions[2]: is "))
    }

    @Test("names that are no features are refused, each with its place, and one that stands twice")
    func featureNames() {
        #expect(
            faults { $0.names = #"["rsi_41", "rsi_14"]"# } == [
                "learner.feature_names[0]: 'rsi_41' is no feature; stratagem features lists them"
            ])
        #expect(faults { $0.names = #"["rsi_14", "rsi_14"]"# } == ["learner.feature_names[1]: 'rsi_14' stands twice"])
    }

    @Test("a split on a feature beyond the names is refused")
    func featureOutOfRange() {
        let found = faults { $0.indices = "[0, 0, 2, 0, 0]" }
        #expect(found == ["\(Self.tree).split_indices[2]: is 2, but there are 2 feature_names"])
    }

    @Test("objectives, boosters, classes and splits that are not known are refused")
    func unknownKinds() {
        #expect(
            faults { $0.objective = #"{"name": "rank:ndcg"}"# } == [
                "learner.objective.name: 'rank:ndcg' is no objective that is known here; "
                    + "expected one of binary:logistic, reg:squarederror"
            ])
        let classes = faults { $0.parameters = #"{"base_score": "5E-1", "num_feature": "2", "num_class": "3"}"# }
        #expect(classes == ["learner.learner_model_param.num_class: is 3; models of several classes are not taken"])
        let categories = faults { $0.extra = #", "split_type": [0, 0, 1, 0, 0]"# }
        #expect(categories == ["\(Self.tree).split_type[2]: is 1; splits by categories are not taken"])
        let text = ModelText().text(trees: [ModelText().tree]).replacing("\"gbtree\"", with: "\"dart\"")
        #expect(
            faults(text) == [
                "learner.gradient_booster.name: 'dart' is no booster that is known here; expected gbtree"
            ])
    }

    @Test(
        "a base score that is no probability is refused for a logistic objective",
        arguments: ["0", "[1E0]", "x", "[1,2]"])
    func baseScore(text: String) {
        let found = faults { $0.parameters = #"{"base_score": "\#(text)", "num_feature": "2"}"# }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("learner.learner_model_param.base_score: ") == true)
    }

    @Test("all faults of all trees come at once")
    func allAtOnce() {
        var (short, wrong) = (ModelText(), ModelText())
        short.defaults = "[0, 1]"
        wrong.conditions = #"[30, "a", 0, 0, 0]"#
        var whole = ModelText()
        whole.objective = "{}"
        #expect(
            faults(whole.text(trees: [short.tree, ModelText().tree, wrong.tree])) == [
                "learner.objective.name: is missing; expected text",
                "\(Self.tree).default_left: has 2 elements; expected 5",
                "learner.gradient_booster.model.trees[2].split_conditions[1]: is no number",
            ])
    }

    @Test("what is no JSON, no object or no model is refused", arguments: ["", "{", "[1]", "7", "{}", "null"])
    func noModel(text: String) { #expect(!faults(text).isEmpty) }

    @Test("a file above 16 MiB is not even read")
    func tooLarge() {
        let list = ModelFile.read([UInt8](repeating: 0x20, count: ModelFile.bytesMax + 1), name: "m", file: "m.json")
        guard case .failure(let found) = list else { return #expect(Bool(false)) }
        #expect(found.faults.map(\.description) == ["m.json: has more than 16777216 bytes"])
    }

    // MARK: Logistic regression

    private static let logistic = """
        {"features": ["rsi_14", "return_5"], "means": [50, 0], "scales": [10, 0.01], "coefficients": [-0.4, 0.2],
         "intercept": 0.1, "timeframe": "1m"}
        """

    @Test("a logistic regression is the sum of its terms, and an unknown value counts as the mean")
    func logistic() throws {
        let model = try ModelFile.read(Array(Self.logistic.utf8), name: "trend", file: "trend.json").get()
        // 0.1 − 0.4 · 2 + 0.2 · 3 = −0.1, and 0.1 + 0.6 = 0.7.
        #expect(abs(model.probability([70, 0.03]) - 0.475_020_812_5) < 1e-9)
        #expect(abs(model.probability([.nan, 0.03]) - 0.668_187_772_2) < 1e-9)
        #expect(model.reasons([70, 0.03]).map(\.name) == ["rsi_14", "return_5"])
        #expect(model.name == "trend")
    }

    @Test("a logistic regression's faults come at once, each with its place")
    func logisticFaults() {
        let text = """
            {"features": ["rsi_14", "nope"], "means": [50], "scales": [10, 0], "coefficients": [1, NaN],
             "intercept": "x", "timeframe": "7m"}
            """
        #expect(
            faults(text) == [
                "features[1]: 'nope' is no feature; stratagem features lists them",
                "means: has 1 elements; expected 2",
                "coefficients[1]: is nan; expected a finite number",
                "intercept: is no number",
                "scales[1]: is 0.0; expected a number above 0",
                "timeframe: '7m' is no timeframe; expected one of 1m, 3m, 5m, 15m, 30m, 1h, 4h, 1d",
            ])
    }
}
