/// A parameter as its plugin describes it. Values are as they stand in configurations.
public struct ParameterDescription: Sendable, Equatable {
    /// A duration is in seconds; all kinds but boolean and choice have bounds.
    public enum Kind: String, Sendable, CaseIterable {
        case integer, number, boolean, quantity, price, choice, duration
    }
    public var name: String
    public var description: String
    /// nil = it has none.
    public var unit: String?
    public var kind: Kind
    /// Of kind choice, else empty.
    public var choices: [String]
    /// Inclusive.
    public var minimum: ParameterInput?
    public var maximum: ParameterInput?
    public var standard: ParameterInput

    public init(
        name: String, description: String, unit: String? = nil, kind: Kind, choices: [String] = [],
        minimum: ParameterInput? = nil, maximum: ParameterInput? = nil, standard: ParameterInput
    ) {
        self.name = name
        self.description = description
        self.unit = unit
        self.kind = kind
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.standard = standard
    }
}
