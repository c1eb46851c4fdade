import Signals
import Testing

@Suite("Boosted trees")
struct BoostedTreesTests {
    private func model(_ text: ModelText) throws -> SignalModel {
        try ModelFile.read(text.bytes, name: "m", file: "m.json").get()
    }

    private func prediction(_ model: SignalModel, _ values: [Double]) -> Double {
        values.withUnsafeBufferPointer { model.prediction($0) }
    }

    private func regression() throws -> SignalModel {
        var text = ModelText()
        text.objective = #"{"name": "reg:squarederror"}"#
        text.parameters = #"{"base_score": "[2E0]", "num_feature": "2"}"#
        return try model(text)
    }

    @Test("goes left below the threshold, right at it, and the node's own way without a value")
    func walksTheTree() throws {
        let model = try regression()
        #expect(prediction(model, [29.9, 1]) == 2.5)
        #expect(prediction(model, [30, 0]) == 1.75)
        #expect(prediction(model, [30, 0.01]) == 3.5)
        #expect(prediction(model, [.nan, 0.5]) == 3.5)
        #expect(prediction(model, [.nan, .nan]) == 1.75)
    }

    @Test("compares in 32 bits, so that a value a trifle below the threshold is at it")
    func comparesInFloat() throws {
        let model = try regression()
        #expect(prediction(model, [30 - 1e-9, 0.5]) == 3.5)
        #expect(prediction(model, [30 - 1e-5, 0.5]) == 2.5)
    }

    @Test("a logistic objective answers the probability of base score and leaves together")
    func probability() throws {
        var text = ModelText()
        text.parameters = #"{"base_score": "[2.5E-1]", "num_feature": "2"}"#
        let model = try model(text)
        // Odds 1/3 times e^0.5 and e^1.5: computed by hand.
        #expect(abs(prediction(model, [20, 0]) - 0.354_661_6) < 1e-6)
        #expect(abs(model.probability([40, 0.5]) - 0.599_021_0) < 1e-6)
        #expect(model.kind == .boostedTrees)
        #expect(model.timeframe == "5m")
    }

    @Test("a regression's value from −1 to 1 becomes a probability")
    func regressionAsProbability() throws {
        var text = ModelText()
        text.objective = #"{"name": "reg:squarederror"}"#
        text.parameters = #"{"base_score": "0", "num_feature": "2"}"#
        let model = try model(text)
        #expect(model.probability([20, 0]) == 0.75)
        #expect(model.probability([40, 0]) == 0.375)
        #expect(model.probability([40, 1]) == 1)
    }

    @Test("a node that pruning left behind is no part of the tree")
    func prunedNodes() throws {
        var text = ModelText()
        text.left = "[1, -1, -1, 77, 99]"
        text.right = "[2, -1, -1, 77, 99]"
        #expect(prediction(try model(text), [20, 0]) > 0.62)
    }
}
