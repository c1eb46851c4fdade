import API
import PluginHost
import Trading

/// A request's arguments against a function's signature.
struct FunctionArguments {
    private let signature: FunctionSignature
    private(set) var values: [FunctionValue] = []
    private(set) var faults: [RequestFault] = []

    /// A hostile body can have a hundred thousand faults; nobody reads more than these.
    private static let faultsMax = 100

    /// Every fault at once: missing, unknown and wrong arguments.
    init(_ members: [JSONValue.Member], _ signature: FunctionSignature) {
        self.signature = signature
        for argument in signature.arguments {
            let value = members.first { $0.name == argument.name }?.value
            do throws(Wrong) {
                values.append(try read(value ?? .null, argument))
            } catch {
                add(argument.name + error.place, error.text)
                values.append(.none)
            }
        }
        for member in members where !signature.arguments.contains(where: { $0.name == member.name }) {
            let known = signature.arguments.map(\.name).joined(separator: ", ")
            let there = known.isEmpty ? "it takes no arguments" : "it takes \(known)"
            add(String(member.name.prefix(80)), "is no argument of this function; \(there)")
        }
    }

    private mutating func add(_ path: String, _ message: String) {
        if faults.count < Self.faultsMax { faults.append(RequestFault(path: path, message: message)) }
    }

    private struct Wrong: Error {
        var text: String
        /// ".17" for an element of a list.
        var place = ""
        init(_ text: String, place: String = "") {
            self.text = text
            self.place = place
        }
    }

    private func read(_ value: JSONValue, _ argument: FunctionSignature.Argument) throws(Wrong) -> FunctionValue {
        if value == .null, argument.kind == .optionalText { return .none }
        if value == .null { throw Wrong("is required: \(Self.wanted(argument.kind))") }
        switch (argument.kind, value) {
        case (.number, .number(let digits)): return .number(try Self.number(digits))
        case (.integer, .number(let digits)):
            guard let number = Self.whole(digits).flatMap({ Int64($0) }) else {
                throw Wrong("must be a whole number of 64 bits")
            }
            return .integer(number)
        case (.unsigned, .number(let digits)):
            guard let number = Self.whole(digits).flatMap({ UInt64($0) }) else {
                throw Wrong("must be a whole number from 0 to \(UInt64.max)")
            }
            return .unsigned(number)
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.text, .string(let text)), (.optionalText, .string(let text)):
            guard text.utf8.count <= FunctionSignature.textMax else {
                throw Wrong("must have at most \(FunctionSignature.textMax) bytes, not \(text.utf8.count)")
            }
            guard !text.utf8.contains(0) else { throw Wrong("must not have the character 0") }
            return .text(text)
        case (.numbers, .array(let elements)): return .numbers(try Self.numbers(elements))
        default: throw Wrong("must be \(Self.wanted(argument.kind))")
        }
    }

    private static func numbers(_ elements: [JSONValue]) throws(Wrong) -> [Double] {
        guard elements.count <= FunctionSignature.elementsMax else {
            throw Wrong("must have at most \(FunctionSignature.elementsMax) elements, not \(elements.count)")
        }
        var numbers: [Double] = []
        numbers.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard case .number(let digits) = element, let number = Double(digits), number.isFinite else {
                throw Wrong("must be a finite number", place: ".\(index)")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func number(_ digits: String) throws(Wrong) -> Double {
        guard let number = Double(digits), number.isFinite else { throw Wrong("is beyond the largest number") }
        return number
    }

    /// The digits of a whole number; "5.0" and "5e3" are none here, as no client writes integers so.
    private static func whole(_ digits: String) -> String? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2d } ? digits : nil
    }

    private static func wanted(_ kind: FunctionSignature.ArgumentKind) -> String {
        switch kind {
        case .number: "a number"
        case .integer, .unsigned: "a whole number"
        case .boolean: "true or false"
        case .text, .optionalText: "a text"
        case .numbers: "a list of numbers"
        }
    }
}

extension FunctionView {
    init(_ function: PluginFunction) {
        let signature = function.signature
        self.init(
            name: function.name, description: function.description,
            parameters: .object(
                signature.arguments.map { argument in
                    Schema.Property(
                        argument.name, argument.kind.schema, isRequired: argument.kind != .optionalText)
                }, isOpen: false),
            result: signature.result.schema)
    }
}

extension FunctionSignature.ArgumentKind {
    fileprivate var schema: Schema {
        switch self {
        case .number: .number
        case .integer: .integer()
        case .unsigned: .integer(0...Int.max)
        case .boolean: .boolean
        case .text: .text(length: 0...FunctionSignature.textMax)
        case .optionalText: .nullable(.text(length: 0...FunctionSignature.textMax))
        case .numbers: .list(.number, count: 0...FunctionSignature.elementsMax)
        }
    }
}

extension FunctionSignature.ResultKind {
    fileprivate var schema: Schema {
        switch self {
        case .number: .nullable(.number)
        case .integer: .integer()
        case .unsigned: .integer(0...Int.max)
        case .boolean: .boolean
        case .text: .nullable(.text())
        }
    }
}

extension FunctionValue {
    var json: JSONValue {
        switch self {
        case .number(let number): number.isFinite ? .number(String(describing: number)) : .null
        case .integer(let number): .number(String(number))
        case .unsigned(let number): .number(String(number))
        case .boolean(let flag): .boolean(flag)
        case .text(let text): .string(text)
        case .numbers(let list): .array(list.map { FunctionValue.number($0).json })
        case .none: .null
        }
    }
}
