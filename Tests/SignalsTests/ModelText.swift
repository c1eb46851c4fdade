/// XGBoost's JSON with one tree, and what a test puts in place of its parts.
struct ModelText {
    var names = #"["rsi_14", "return_5"]"#
    var objective = #"{"name": "binary:logistic"}"#
    var parameters = #"{"base_score": "5E-1", "num_feature": "2", "num_class": "0"}"#
    /// rsi_14 < 30 ? 0.5 : (return_5 < 0.01 ? −0.25 : 1.5); unknown values of rsi_14 go right, of return_5 left.
    var left = "[1, -1, 3, -1, -1]"
    var right = "[2, -1, 4, -1, -1]"
    var indices = "[0, 0, 1, 0, 0]"
    var conditions = "[30, 0.5, 0.01, -0.25, 1.5]"
    var defaults = "[0, 0, 1, 0, 0]"
    var extra = ""

    var tree: String {
        """
        {"left_children": \(left), "right_children": \(right), "split_indices": \(indices),
         "split_conditions": \(conditions), "default_left": \(defaults)\(extra)}
        """
    }

    var bytes: [UInt8] { Array(text(trees: [tree]).utf8) }

    func text(trees: [String]) -> String {
        """
        {"learner": {"attributes": {"timeframe": "5m"}, "feature_names": \(names), "objective": \(objective),
         "learner_model_param": \(parameters),
         "gradient_booster": {"name": "gbtree", "model": {"trees": [\(trees.joined(separator: ","))]}}},
         "version": [3, 2, 0]}
        """
    }
}
