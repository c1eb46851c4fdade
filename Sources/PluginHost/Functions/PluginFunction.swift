internal import CStrategyABI

/// A function that a plugin offers to operators, described and checked.
///
/// Its pointers lead to the plugin's code and constant tables, hence `@unchecked Sendable`.
public struct PluginFunction: @unchecked Sendable {
    public let name: String
    public let description: String
    public let signature: FunctionSignature

    /// One of the two is there, where the plugin is in this process.
    let native: (@convention(c) () -> Void)?
    let packed: Packed?
    /// The plugin's own description, which `packed` gets back.
    let place: UnsafePointer<strategy_function_v1_t>?

    typealias Packed =
        @convention(c) (
            UnsafePointer<strategy_function_v1_t>?, UnsafeMutableRawPointer?,
            UnsafePointer<strategy_function_value_v1_t>?, Int, UnsafeMutablePointer<strategy_function_value_v1_t>?,
            UnsafeMutablePointer<CChar>?, Int
        ) -> Int32
}

/// Reads the table of functions with suspicion: every wrong entry is a problem.
struct FunctionReader {
    private(set) var functions: [PluginFunction] = []
    private(set) var problems: [PluginProblem] = []
    private let memory: GuardedMemory

    static let countLimit = 64

    init(
        _ table: strategy_functions_v1_t, _ descriptor: UnsafePointer<strategy_descriptor_v1_t>, memory: GuardedMemory
    ) {
        self.memory = memory
        guard table.count <= Self.countLimit else {
            problems.append(.description("\(table.count) functions are above the limit of \(Self.countLimit)"))
            return
        }
        guard let describe = table.describe else {
            problems.append(.description("the function functions.v1 describe is missing"))
            return
        }
        guard memory.isCode(unsafeBitCast(describe, to: UnsafeRawPointer.self)) else {
            problems.append(.description("the function functions.v1 describe does not point into code"))
            return
        }
        for index in 0..<table.count { read(describe(descriptor, index), index) }
    }

    private mutating func read(_ place: UnsafePointer<strategy_function_v1_t>?, _ index: UInt32) {
        typealias Info = strategy_function_v1_t
        let required = MemoryLayout<Info>.offset(of: \Info.packed) ?? MemoryLayout<Info>.size
        guard
            let info = take(memory.table(at: place, minimumSize: required, as: Info.self, "function \(index)")),
            let name = take(memory.text(at: info.name, limit: 64, "the name of function \(index)"))
        else { return }
        guard PluginDescription.isIdentifier(name) else {
            problems.append(
                .description("function \(index): the name '\(name)' must be 1 to 64 letters, digits and _"))
            return
        }
        if functions.contains(where: { $0.name == name }) {
            problems.append(.description("two functions have the name '\(name)'"))
        }
        var description = ""
        if info.description != nil {
            let limit = PluginDescription.descriptionLimit
            description =
                take(memory.text(at: info.description, limit: limit, "the description of function \(name)")) ?? ""
        }
        let limit = FunctionSignature.signatureMax
        guard let text = take(memory.text(at: info.signature, limit: limit, "the signature of function \(name)")),
            let signature = signature(text, name), let place, isCallable(info, name)
        else { return }
        functions.append(
            PluginFunction(
                name: name, description: description, signature: signature, native: info.function, packed: info.packed,
                place: place))
    }

    private mutating func signature(_ text: String, _ name: String) -> FunctionSignature? {
        do throws(FunctionSignature.Malformed) { return try FunctionSignature(text) } catch {
            problems.append(
                .description("the signature '\(text)' of function \(name) cannot be read: \(error.reason)"))
            return nil
        }
    }

    private mutating func isCallable(_ info: strategy_function_v1_t, _ name: String) -> Bool {
        let native = info.function.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }
        let packed = info.packed.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }
        guard let code = packed ?? native else {
            problems.append(.description("function \(name) has neither `function` nor `packed`"))
            return false
        }
        guard memory.isCode(code) else {
            problems.append(.description("function \(name) does not point into code"))
            return false
        }
        return true
    }

    private mutating func take<T>(_ result: Result<T, PluginProblem>) -> T? {
        switch result {
        case .success(let value): return value
        case .failure(let problem):
            problems.append(problem)
            return nil
        }
    }
}
