internal import CWorker
internal import FoundationEssentials
internal import Trading

// Functions of a plugin whose instance lives in a worker: how they are described, called and answered.

/// A call on its way to the worker.
private struct WorkerCall: Codable {
    var function: String
    var arguments: [FunctionValue]
}

/// What came of it.
private enum WorkerAnswer: Codable {
    case value(FunctionValue)
    case failure(FunctionFailure)
}

extension Worker {
    func call(
        _ function: String, _ arguments: [FunctionValue], within nanoseconds: Int64
    ) -> Result<FunctionValue, FunctionFailure> {
        guard let request = try? JSONEncoder().encode(WorkerCall(function: function, arguments: arguments)) else {
            return .failure(.arguments("they cannot be written down"))
        }
        switch ask(.call, Array(request), within: nanoseconds) {
        case .failure(let reasons):
            let texts = reasons.problems.map { if case .creation(let text) = $0 { text } else { $0.text } }
            let text = texts.joined(separator: "; ")
            return .failure(worker_failure(link) == 0 ? .refused(text) : .ended(text))
        case .success(let bytes):
            switch try? JSONDecoder().decode(WorkerAnswer.self, from: Data(bytes)) {
            case .value(let value): return .success(value)
            case .failure(let failure): return .failure(failure)
            case nil: return .failure(.garbage("its worker answered what makes no sense"))
            }
        }
    }
}

extension StrategyInstance {
    /// The worker's side: carries the call out, whatever it asks for.
    func answer(_ request: [UInt8]) -> [UInt8] {
        var answer = WorkerAnswer.failure(.arguments("the worker was asked what makes no sense"))
        if let call = try? JSONDecoder().decode(WorkerCall.self, from: Data(request)) {
            answer = .failure(.arguments("there is no function \(call.function)"))
            if let function = plugin.exportedFunctions.first(where: { $0.name == call.function }) {
                switch self.call(function, call.arguments) {
                case .success(let value): answer = .value(value)
                case .failure(let failure): answer = .failure(failure)
                }
            }
        }
        return (try? JSONEncoder().encode(answer)).map(Array.init) ?? []
    }
}

extension PluginFunction {
    func encode(into writer: inout ByteWriter) {
        for text in [name, description, signature.description] { writer.put(text) }
    }

    /// Of a plugin that this process does not load: there is nothing to call here.
    static func list(from reader: inout ByteReader) throws(CodingFault) -> [PluginFunction] {
        var functions: [PluginFunction] = []
        let count = try reader.count(of: 12)
        guard count <= FunctionReader.countLimit else { throw reader.fault("\(count) functions") }
        for _ in 0..<count {
            let name = try reader.line(limit: 64)
            let description = try reader.line(limit: PluginDescription.descriptionLimit)
            let text = try reader.line(limit: FunctionSignature.signatureMax)
            guard PluginDescription.isIdentifier(name), !functions.contains(where: { $0.name == name }),
                let signature = try? FunctionSignature(text)
            else { throw reader.fault("the function '\(name)'") }
            functions.append(
                PluginFunction(
                    name: name, description: description, signature: signature, native: nil, packed: nil, place: nil))
        }
        return functions
    }
}
