internal import CStrategyABI

/// Reads one parameter's description; a description that makes no sense is a problem, not a parameter.
struct ParameterReader {
    private(set) var problems: [PluginProblem] = []
    private let index: UInt32
    private let memory: GuardedMemory

    static let countLimit = 256
    static let choiceLimit = 256

    init(index: UInt32, memory: GuardedMemory) {
        self.index = index
        self.memory = memory
    }

    /// nil with problems, or nil without: a kind that only a newer host knows.
    mutating func read(_ pointer: UnsafeRawPointer?, skipsUnknownKinds: Bool) -> PluginParameter? {
        typealias Info = strategy_param_info_v1_t
        guard
            let info = take(
                memory.table(at: pointer, minimumSize: MemoryLayout<Info>.size, as: Info.self, "parameter \(index)"))
        else { return nil }
        guard let name = take(memory.text(at: info.name, limit: 64, "the name of parameter \(index)")) else {
            return nil
        }
        guard PluginDescription.isIdentifier(name) else {
            problems.append(
                .description("parameter \(index): the name '\(name)' must be 1 to 64 letters, digits and _"))
            return nil
        }
        guard let kind = ParameterKind(rawValue: info.kind) else {
            if !skipsUnknownKinds {
                problems.append(.description("parameter \(name) is of the unknown kind \(info.kind)"))
            }
            return nil
        }
        let parameter = PluginParameter(
            index: index, name: name,
            description: optional(info.description, limit: PluginDescription.descriptionLimit, "description", name),
            unit: optional(info.unit, limit: 32, "unit", name), kind: kind,
            choices: kind == .choice ? choices(info, name) : [],
            minimum: raw(info.minimum), maximum: raw(info.maximum), standard: raw(info.standard))
        if problems.isEmpty { checkBounds(parameter) }
        return problems.isEmpty ? parameter : nil
    }

    private mutating func choices(_ info: strategy_param_info_v1_t, _ name: String) -> [String] {
        guard let list = info.choices, (1...Self.choiceLimit).contains(Int(info.choice_count)) else {
            problems.append(.description("parameter \(name) offers no choices, or more than \(Self.choiceLimit)"))
            return []
        }
        let width = MemoryLayout<UnsafePointer<CChar>?>.size
        guard let bytes = memory.bytes(at: UnsafeRawPointer(list), count: Int(info.choice_count) * width) else {
            problems.append(.description("the choices of parameter \(name) lie at an address that cannot be read"))
            return []
        }
        var choices: [String] = []
        for index in 0..<Int(info.choice_count) {
            let address = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * width, as: UInt.self) }
            let pointer = UnsafePointer<CChar>(bitPattern: address)
            guard let text = take(memory.text(at: pointer, limit: 64, "choice \(index) of parameter \(name)")) else {
                continue
            }
            if text.isEmpty || choices.contains(text) {
                problems.append(.description("choice \(index) of parameter \(name) is empty or there twice"))
            }
            choices.append(text)
        }
        return choices
    }

    private mutating func checkBounds(_ parameter: PluginParameter) {
        if !parameter.hasGoodStandard {
            problems.append(.description("parameter \(parameter.name): its default does not lie within its bounds"))
        }
    }

    private mutating func optional(_ pointer: UnsafePointer<CChar>?, limit: Int, _ what: String, _ name: String)
        -> String
    {
        guard let pointer else { return "" }
        return take(memory.text(at: pointer, limit: limit, "the \(what) of parameter \(name)")) ?? ""
    }

    private func raw(_ value: strategy_value_v1_t) -> PluginParameter.Raw {
        PluginParameter.Raw(integer: value.integer, number: value.number)
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
