internal import CStrategyABI
internal import Features

/// What a loaded library says about itself, read with suspicion: every wrong answer is collected.
struct PluginDescription {
    private(set) var problems: [PluginProblem] = []
    private(set) var id = ""
    private(set) var name = ""
    private(set) var version = ""
    private(set) var description = ""
    private(set) var events: UInt64 = 0
    private(set) var abiMinor: UInt32 = 0
    private(set) var descriptor: UnsafePointer<strategy_descriptor_v1_t>?
    private(set) var parameters: [PluginParameter] = []
    private(set) var functions: PluginFunctions?
    private(set) var exportedFunctions: [PluginFunction] = []
    private(set) var features = FeatureList.none

    private let memory: GuardedMemory
    private typealias Descriptor = strategy_descriptor_v1_t

    static let textLimit = 128
    static let descriptionLimit = 4096

    init(entry: UnsafeRawPointer, memory: GuardedMemory) {
        self.memory = memory
        guard
            let table = take(memory.table(at: entry, minimumSize: 16, as: strategy_entry_v1_t.self, "the entry table"))
        else { return }
        guard table.abi_version >> 16 == STRATEGY_ABI_MAJOR else {
            problems.append(.abiMajor(found: table.abi_version >> 16, host: STRATEGY_ABI_MAJOR))
            return
        }
        abiMinor = table.abi_version & 0xffff
        descriptor = table.descriptor
        readDescriptor()
    }

    private mutating func readDescriptor() {
        // Up to and including `process`; `extension` came last and may be missing.
        let required = MemoryLayout<Descriptor>.offset(of: \Descriptor.extension) ?? MemoryLayout<Descriptor>.size
        guard
            let pointer = descriptor,
            let table = take(memory.table(at: pointer, minimumSize: required, as: Descriptor.self, "the descriptor"))
        else {
            if descriptor == nil { problems.append(.description("the descriptor is missing")) }
            return
        }
        id = take(memory.text(at: table.id, limit: 64, "the id")) ?? ""
        if !id.isEmpty || table.id != nil, !Self.isIdentifier(id) {
            problems.append(.description("the id '\(id)' must be 1 to 64 letters, digits and _"))
        }
        name = take(memory.text(at: table.name, limit: Self.textLimit, "the name")) ?? ""
        version = take(memory.text(at: table.version, limit: Self.textLimit, "the version")) ?? ""
        if table.description != nil {
            description =
                take(memory.text(at: table.description, limit: Self.descriptionLimit, "the description")) ?? ""
        }
        events = table.events
        readFunctions(table, pointer)
    }

    private mutating func readFunctions(
        _ table: strategy_descriptor_v1_t, _ pointer: UnsafePointer<strategy_descriptor_v1_t>
    ) {
        let isComplete = [
            requireCode(table.create.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "create"),
            requireCode(table.destroy.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "destroy"),
            requireCode(table.process.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "process"),
        ].allSatisfy { $0 }
        guard isComplete, let create = table.create, let destroy = table.destroy, let process = table.process else {
            return
        }
        var functions = PluginFunctions(create: create, destroy: destroy, process: process)
        var exported: strategy_functions_v1_t?
        var wanted: strategy_features_ext_v1_t?
        if let `extension` = table.extension,
            requireCode(unsafeBitCast(`extension`, to: UnsafeRawPointer.self), "extension")
        {
            functions.parameters = readExtension(
                `extension`(pointer, STRATEGY_EXT_PARAMS), "the table params.v1",
                required: MemoryLayout<strategy_params_v1_t>.offset(of: \.validate))
            functions.state = readExtension(
                `extension`(pointer, STRATEGY_EXT_STATE), "the table state.v1",
                required: MemoryLayout<strategy_state_v1_t>.offset(of: \.snapshot))
            functions.log = readExtension(
                `extension`(pointer, STRATEGY_EXT_LOG), "the table log.v1",
                required: MemoryLayout<strategy_log_ext_v1_t>.size)
            exported = readExtension(
                `extension`(pointer, STRATEGY_EXT_FUNCTIONS), "the table functions.v1",
                required: MemoryLayout<strategy_functions_v1_t>.size)
            wanted = readExtension(
                `extension`(pointer, STRATEGY_EXT_FEATURES), "the table features.v1",
                required: MemoryLayout<strategy_features_ext_v1_t>.size)
        }
        checkExtensions(functions)
        self.functions = functions
        guard problems.isEmpty else { return }
        if let table = functions.parameters { readParameters(table, pointer) }
        if let wanted { readFeatures(wanted) }
        guard let exported else { return }
        let reader = FunctionReader(exported, pointer, memory: memory)
        exportedFunctions = reader.functions
        problems += reader.problems
    }

    private mutating func readExtension<T>(_ pointer: UnsafeRawPointer?, _ what: String, required: Int?) -> T? {
        guard let pointer else { return nil }
        return take(memory.table(at: pointer, minimumSize: required ?? MemoryLayout<T>.size, as: T.self, what))
    }

    private mutating func checkExtensions(_ functions: PluginFunctions) {
        if let table = functions.parameters {
            requireCode(table.describe.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "params.v1 describe")
            requireCode(table.set.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "params.v1 set")
            allowCode(table.get.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "params.v1 get")
            allowCode(table.validate.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "params.v1 validate")
        }
        if let table = functions.state {
            requireCode(table.save.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "state.v1 save")
            requireCode(table.restore.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "state.v1 restore")
            allowCode(table.snapshot.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "state.v1 snapshot")
            allowCode(table.write.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "state.v1 write")
            allowCode(table.discard.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "state.v1 discard")
        }
        if let table = functions.log {
            requireCode(table.set_level.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }, "log.v1 set_level")
        }
    }

    private mutating func readParameters(
        _ table: strategy_params_v1_t, _ pointer: UnsafePointer<strategy_descriptor_v1_t>
    ) {
        guard let describe = table.describe else { return }
        guard table.count <= ParameterReader.countLimit else {
            problems.append(
                .description("\(table.count) parameters are above the limit of \(ParameterReader.countLimit)"))
            return
        }
        let hostIsOlder = abiMinor > STRATEGY_ABI_MINOR
        for index in 0..<table.count {
            var reader = ParameterReader(index: index, memory: memory)
            let parameter = reader.read(describe(pointer, index), skipsUnknownKinds: hostIsOlder)
            problems += reader.problems
            guard let parameter else { continue }
            if parameters.contains(where: { $0.name == parameter.name }) {
                problems.append(.description("two parameters have the name '\(parameter.name)'"))
            }
            parameters.append(parameter)
        }
    }

    private mutating func readFeatures(_ table: strategy_features_ext_v1_t) {
        let reader = FeatureNameReader(table, events: events, memory: memory)
        features = reader.features
        problems += reader.problems
    }

    private mutating func take<T>(_ result: Result<T, PluginProblem>) -> T? {
        switch result {
        case .success(let value): return value
        case .failure(let problem):
            problems.append(problem)
            return nil
        }
    }

    @discardableResult
    private mutating func requireCode(_ function: UnsafeRawPointer?, _ what: String) -> Bool {
        guard let function else {
            problems.append(.description("the function \(what) is missing"))
            return false
        }
        return allowCode(function, what)
    }

    @discardableResult
    private mutating func allowCode(_ function: UnsafeRawPointer?, _ what: String) -> Bool {
        guard let function, !memory.isCode(function) else { return true }
        problems.append(.description("the function \(what) does not point into code"))
        return false
    }

    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x5f
            }
    }
}
