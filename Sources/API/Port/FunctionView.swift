/// A function of a strategy's plugin that operators may call.
public struct FunctionView: Sendable, Equatable {
    public var name: String
    public var description: String
    /// Of the arguments object.
    public var parameters: Schema
    public var result: Schema

    public init(name: String, description: String, parameters: Schema, result: Schema) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.result = result
    }
}
