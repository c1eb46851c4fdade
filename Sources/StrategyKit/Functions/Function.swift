import CStrategyABI

/// A question that an operator may ask a running strategy, or something to tell it: listed and called by name over REST and
/// by `stratagem functions`.
///
///     static let functions: [Function<Self>] = [
///         .function("spread", "Fast less slow average; null until both are known") { $0.spread },
///         .function("forget", "Drops closes older than so many bars", .integer("bars")) { $0.forget($1) },
///     ]
///
/// It runs between two events on the strategy itself, so it may change its memory. It must not block. A function that throws
/// is refused with the error's text. Where a strategy has one value per instrument, callers may name the `instrument`;
/// the first bound one is meant otherwise.
public struct Function<S>: Sendable {
    public let name: String
    public let description: String
    /// Names and types, as in the ABI's signatures.
    let arguments: [(name: String, type: String)]
    let result: String
    let call: @Sendable (inout S, UnsafeBufferPointer<strategy_function_value_v1_t>) throws -> any FunctionResult

    public static func function<R: FunctionResult>(
        _ name: String, _ description: String, _ body: @escaping @Sendable (inout S) throws -> R
    ) -> Self {
        .init(name: name, description: description, arguments: [], result: R.functionType) { strategy, _ in
            try body(&strategy)
        }
    }

    public static func function<A, R: FunctionResult>(
        _ name: String, _ description: String, _ argument: FunctionArgument<A>,
        _ body: @escaping @Sendable (inout S, A) throws -> R
    ) -> Self {
        .init(name: name, description: description, arguments: [argument.words], result: R.functionType) {
            try body(&$0, argument.read($1[0]))
        }
    }

    public static func function<A, B, R: FunctionResult>(
        _ name: String, _ description: String, _ first: FunctionArgument<A>, _ second: FunctionArgument<B>,
        _ body: @escaping @Sendable (inout S, A, B) throws -> R
    ) -> Self {
        .init(name: name, description: description, arguments: [first.words, second.words], result: R.functionType) {
            try body(&$0, first.read($1[0]), second.read($1[1]))
        }
    }

    public static func function<A, B, C, R: FunctionResult>(
        _ name: String, _ description: String, _ first: FunctionArgument<A>, _ second: FunctionArgument<B>,
        _ third: FunctionArgument<C>, _ body: @escaping @Sendable (inout S, A, B, C) throws -> R
    ) -> Self {
        .init(
            name: name, description: description, arguments: [first.words, second.words, third.words],
            result: R.functionType
        ) {
            try body(&$0, first.read($1[0]), second.read($1[1]), third.read($1[2]))
        }
    }
}

/// An argument of a `Function`: its name, and what Swift sees of it.
public struct FunctionArgument<Value>: Sendable {
    let words: (name: String, type: String)
    let read: @Sendable (strategy_function_value_v1_t) -> Value
}

extension FunctionArgument where Value == Double {
    /// A finite number.
    public static func number(_ name: String) -> Self { .init(words: (name, "f64")) { $0.number } }
}

extension FunctionArgument where Value == Int {
    public static func integer(_ name: String) -> Self { .init(words: (name, "i64")) { Int($0.integer) } }
}

extension FunctionArgument where Value == Bool {
    public static func boolean(_ name: String) -> Self { .init(words: (name, "bool")) { $0.integer != 0 } }
}

extension FunctionArgument where Value == String {
    /// At most 65,536 bytes.
    public static func text(_ name: String) -> Self {
        .init(words: (name, "string")) { value in value.text.map { String(cString: $0) } ?? "" }
    }
}

extension FunctionArgument where Value == [Double] {
    /// At most 65,536 finite numbers.
    public static func numbers(_ name: String) -> Self {
        .init(words: (name, "[f64]")) { value in
            Array(UnsafeBufferPointer(start: value.numbers, count: value.numbers == nil ? 0 : value.count))
        }
    }
}

/// What a function may give back: Double (and Double?; what is not finite, and nil, is null to the caller), Int, Bool, String.
public protocol FunctionResult: SendableMetatype {
    /// As in the ABI's signatures.
    static var functionType: String { get }
    var functionAnswer: FunctionAnswer { get }
}

public enum FunctionAnswer {
    case number(Double)
    case integer(Int64)
    case text(String)
}

extension Double: FunctionResult {
    public static var functionType: String { "f64" }
    public var functionAnswer: FunctionAnswer { .number(self) }
}

extension Double?: FunctionResult {
    public static var functionType: String { "f64" }
    public var functionAnswer: FunctionAnswer { .number(self ?? .nan) }
}

extension Int: FunctionResult {
    public static var functionType: String { "i64" }
    public var functionAnswer: FunctionAnswer { .integer(Int64(self)) }
}

extension Bool: FunctionResult {
    public static var functionType: String { "bool" }
    public var functionAnswer: FunctionAnswer { .integer(self ? 1 : 0) }
}

extension String: FunctionResult {
    public static var functionType: String { "string" }
    public var functionAnswer: FunctionAnswer { .text(self) }
}

/// Why a function cannot answer, in words for the one who asked.
public struct FunctionRefusal: Error, CustomStringConvertible, Sendable {
    public var description: String
    public init(_ text: String) { description = text }
}
