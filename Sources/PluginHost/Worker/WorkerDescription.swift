internal import Features
internal import Trading

// A plugin's description on its way from the worker that loaded it, and problems on theirs.

extension LoadedPlugin {
    func encodeDescription(into writer: inout ByteWriter) {
        for text in [id, name, version, description] { writer.put(text) }
        writer.put(events)
        writer.put(abiMinor)
        writer.put(hasState)
        writer.put(count: parameters.count)
        for parameter in parameters { parameter.encode(into: &writer) }
        writer.put(count: exportedFunctions.count)
        for function in exportedFunctions { function.encode(into: &writer) }
        writer.put(count: features.count)
        for name in features.names { writer.put(name) }
    }

    /// What a worker says of a library that this process does not load.
    static func described(
        _ bytes: [UInt8], original: String, copy: String, generation: Int
    ) throws(CodingFault) -> LoadedPlugin {
        var reader = ByteReader(bytes)
        let id = try reader.line(limit: 64)
        guard PluginDescription.isIdentifier(id) else { throw reader.fault("the id '\(id)'") }
        let name = try reader.line(limit: PluginDescription.textLimit)
        let version = try reader.line(limit: PluginDescription.textLimit)
        let description = try reader.line(limit: PluginDescription.descriptionLimit)
        let events: UInt64 = try reader.number()
        let abiMinor: UInt32 = try reader.number()
        let hasState = try reader.bool()
        var parameters: [PluginParameter] = []
        let count = try reader.count(of: 32)
        guard count <= ParameterReader.countLimit else { throw reader.fault("\(count) parameters") }
        for _ in 0..<count {
            let parameter = try PluginParameter(from: &reader)
            guard !parameters.contains(where: { $0.name == parameter.name }) else {
                throw reader.fault("two parameters with one name")
            }
            parameters.append(parameter)
        }
        let functions = try PluginFunction.list(from: &reader)
        let features = try FeatureList(from: &reader)
        try reader.end()
        return LoadedPlugin(
            id: id, name: name, version: version, description: description, events: events, parameters: parameters,
            exportedFunctions: functions, features: features, path: original, generationPath: copy,
            generation: generation, abiMinor: abiMinor, hasState: hasState, code: nil)
    }
}

extension FeatureList {
    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        let count = try reader.count(of: 4)
        guard count <= FeatureNameReader.countLimit else { throw reader.fault("\(count) features") }
        var names: [String] = []
        for _ in 0..<count { names.append(try reader.line(limit: FeatureNameReader.nameLimit)) }
        do throws(FeatureListFault) {
            try self.init(names)
        } catch {
            throw reader.fault(error.problems.joined(separator: "; "))
        }
    }
}

extension PluginParameter {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.put(index)
        for text in [name, description, unit] { writer.put(text) }
        writer.put(kind.rawValue)
        writer.put(count: choices.count)
        for choice in choices { writer.put(choice) }
        for raw in [minimum, maximum, standard] {
            writer.put(raw.integer)
            writer.put(raw.number)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        index = try reader.number()
        name = try reader.line(limit: 64)
        guard PluginDescription.isIdentifier(name) else { throw reader.fault("the parameter's name '\(name)'") }
        description = try reader.line(limit: PluginDescription.descriptionLimit)
        unit = try reader.line(limit: 32)
        kind = try reader.choice("kind of parameter")
        choices = []
        let count = try reader.count(of: 4)
        guard count <= ParameterReader.choiceLimit else { throw reader.fault("\(count) choices") }
        for _ in 0..<count { choices.append(try reader.line(limit: 64)) }
        var raws: [Raw] = []
        for _ in 0..<3 { raws.append(Raw(integer: try reader.number(), number: try reader.double())) }
        (minimum, maximum, standard) = (raws[0], raws[1], raws[2])
        guard hasGoodStandard else { throw reader.fault("the default of parameter \(name)") }
    }
}

extension PluginProblem {
    /// Kinds that the host tells apart keep theirs; of the others the text is kept.
    private var parts: (kind: UInt8, texts: [String]) {
        switch self {
        case .parameter(let name, let value, let message): (1, [name, value, message])
        case .validation(let message): (2, [message])
        case .creation(let message): (3, [message])
        case .state(let message): (4, [message])
        case .description(let message): (5, [message])
        case .missingSymbol(let symbol): (6, [symbol])
        case .missingLibrary(let library): (7, [library])
        case .loader(let message): (8, [message])
        case .hostRefused(let abi): (9, [abi])
        case .noEntry: (10, [])
        default: (8, [text])
        }
    }

    static func encode(_ problems: [PluginProblem], into writer: inout ByteWriter) {
        writer.put(count: problems.count)
        for problem in problems {
            let (kind, texts) = problem.parts
            writer.put(kind)
            writer.put(count: texts.count)
            for text in texts { writer.put(text) }
        }
    }

    static func list(_ bytes: [UInt8]) throws(CodingFault) -> [PluginProblem] {
        var reader = ByteReader(bytes)
        var problems: [PluginProblem] = []
        for _ in 0..<min(try reader.count(of: 5), 1000) {
            let kind: UInt8 = try reader.number()
            var texts: [String] = []
            for _ in 0..<min(try reader.count(of: 4), 3) { texts.append(try reader.line(limit: 1 << 20)) }
            problems.append(PluginProblem(kind: kind, texts: texts))
        }
        guard !problems.isEmpty else { throw reader.fault("no reason") }
        return problems
    }

    private init(kind: UInt8, texts: [String]) {
        let text = texts.first ?? ""
        self =
            switch kind {
            case 1 where texts.count == 3: .parameter(name: text, value: texts[1], message: texts[2])
            case 2: .validation(text)
            case 3: .creation(text)
            case 4: .state(text)
            case 5: .description(text)
            case 6: .missingSymbol(text)
            case 7: .missingLibrary(text)
            case 9: .hostRefused(abi: text)
            case 10: .noEntry
            default: .loader(text)
            }
    }
}
