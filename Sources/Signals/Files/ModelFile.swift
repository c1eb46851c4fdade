internal import Features
internal import FoundationEssentials

/// A model's file: XGBoost's own JSON (`Booster.save_model("x.json")`, recognised by its `learner`), or a logistic regression
///
///     {"features": ["rsi_14", "return_5"], "means": [50, 0], "scales": [10, 0.01], "coefficients": [-0.4, 0.2],
///      "intercept": 0.05, "timeframe": "1m"}
///
/// `features` and XGBoost's `feature_names` are names of `Feature.all`. `timeframe` may be left out; trees have it as an
/// attribute (`Booster.set_attr(timeframe="1m")`).
public enum ModelFile {
    /// Larger files are refused.
    public static let bytesMax = 16 << 20

    /// What a file says, or everything that is wrong with it. `name` is the model's, `file` the path for faults.
    public static func read(_ bytes: [UInt8], name: String, file: String) -> Result<SignalModel, ModelFaultList> {
        guard bytes.count <= bytesMax else {
            return .failure(
                ModelFaultList([ModelFault(file: file, path: "", message: "has more than \(bytesMax) bytes")]))
        }
        let decoder = JSONDecoder()
        // So that NaN and infinities can be named with their place.
        decoder.allowsJSON5 = true
        let faults = ModelFaults()
        var model: SignalModel?
        do {
            model = try decoder.decode(Document.self, from: Data(bytes)).model(name, faults)
        } catch DecodingError.dataCorrupted(let context) {
            let reason = context.underlyingError.map { ": \($0)" } ?? ""
            faults.add("", "is no JSON\(reason)")
        } catch {
            faults.add("", "is no JSON object")
        }
        if let model, faults.isEmpty { return .success(model) }
        return .failure(
            ModelFaultList(faults.all.map { ModelFault(file: file, path: $0.path, message: $0.message) }))
    }

    /// Notes what is no timeframe that candles have; known ones are nil or the text.
    static func timeframe(_ text: String?, _ place: String, _ faults: ModelFaults) -> String? {
        guard let text else { return nil }
        let known = ["1m", "3m", "5m", "15m", "30m", "1h", "4h", "1d"]
        if !known.contains(text) {
            faults.add(place, "'\(text.prefix(20))' is no timeframe; expected one of \(known.joined(separator: ", "))")
        }
        return text
    }

    /// Notes those that are none of the registry's, or stand twice.
    static func check(_ names: [String], _ place: String, _ faults: ModelFaults) {
        if names.isEmpty { faults.add(place, "is empty; expected names of features") }
        for (index, name) in names.enumerated() {
            if Feature.index(of: name) == nil {
                faults.add("\(place)[\(index)]", "'\(name.prefix(60))' is no feature; stratagem features lists them")
            } else if names[..<index].contains(name) {
                faults.add("\(place)[\(index)]", "'\(name)' stands twice")
            }
        }
    }

    private struct Document: Decodable {
        let container: KeyedDecodingContainer<ModelSection.Name>

        init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: ModelSection.Name.self) }

        func model(_ name: String, _ faults: ModelFaults) -> SignalModel? {
            let root = ModelSection(container, faults)
            return root.has("learner") ? BoostedTreesFile.model(root, name) : LogisticFile.model(root, name)
        }
    }
}

public struct ModelFaultList: Error, Sendable {
    public let faults: [ModelFault]
    init(_ faults: [ModelFault]) { self.faults = faults }
}
