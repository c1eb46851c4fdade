internal import CStrategyABI

/// One call of a plugin's function. It needs nothing but the function and an instance, so that it runs in whatever
/// process has them: the host, a probe, a worker.
struct FunctionCall {
    private let function: PluginFunction
    private let instance: UnsafeMutableRawPointer?
    private let values: [strategy_function_value_v1_t]
    /// The memory that `values` point to.
    private let memory: [UnsafeMutableRawBufferPointer]

    /// `arguments` in the order of the signature. Nothing is called when one does not fit.
    static func run(
        _ function: PluginFunction, on instance: UnsafeMutableRawPointer, _ arguments: [FunctionValue]
    ) -> Result<FunctionValue, FunctionFailure> {
        let wanted = function.signature.arguments
        guard arguments.count == wanted.count else {
            return .failure(.arguments("\(arguments.count) were given, \(wanted.count) are wanted"))
        }
        for (argument, value) in zip(wanted, arguments) where !value.fits(argument.kind) {
            return .failure(.arguments("\(argument.name) is not of type \(argument.kind.rawValue)"))
        }
        let call = FunctionCall(function, instance, arguments)
        defer { call.free() }
        return function.packed.map(call.packed) ?? function.native.map(call.native)
            ?? .failure(.refused("it has no code"))
    }

    private init(_ function: PluginFunction, _ instance: UnsafeMutableRawPointer, _ arguments: [FunctionValue]) {
        self.function = function
        self.instance = instance
        var memory: [UnsafeMutableRawBufferPointer] = []
        values = arguments.map { argument in
            var value = strategy_function_value_v1_t()
            switch argument {
            case .number(let number): value.number = number
            case .integer(let number): value.integer = number
            case .unsigned(let number): value.integer = Int64(bitPattern: number)
            case .boolean(let flag): value.integer = flag ? 1 : 0
            case .text(let text):
                let copy = Self.copy(Array(text.utf8) + [0], &memory)
                value.text = copy.assumingMemoryBound(to: CChar.self)
            case .numbers(let list):
                value.numbers = Self.copy(list, &memory).assumingMemoryBound(to: Double.self)
                value.count = list.count
            case .none: break
            }
            return value
        }
        self.memory = memory
    }

    private static func copy<T: BitwiseCopyable>(
        _ elements: [T], _ memory: inout [UnsafeMutableRawBufferPointer]
    ) -> UnsafeRawPointer {
        let size = max(8, elements.count * MemoryLayout<T>.stride)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        elements.withUnsafeBytes { buffer.copyMemory(from: $0) }
        memory.append(buffer)
        return UnsafeRawPointer(buffer.baseAddress!)
    }

    private func free() { for buffer in memory { buffer.deallocate() } }

    // MARK: The two ways

    private func packed(_ code: PluginFunction.Packed) -> Result<FunctionValue, FunctionFailure> {
        let size = FunctionSignature.textMax + 1
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: size)
        defer { text.deallocate() }
        text[0] = 0
        var result = strategy_function_value_v1_t()
        let status = values.withUnsafeBufferPointer {
            code(function.place, instance, $0.baseAddress, $0.count, &result, text, size)
        }
        text[size - 1] = 0
        guard status == 0 else { return .failure(.refused(Self.reason(text))) }
        switch function.signature.result {
        case .number: return .success(result.number.isFinite ? .number(result.number) : .none)
        case .integer: return .success(.integer(result.integer))
        case .unsigned: return .success(.unsigned(UInt64(bitPattern: result.integer)))
        case .boolean: return Self.boolean(result.integer)
        case .text: return Self.text(text)
        }
    }

    private func native(_ code: @escaping @convention(c) () -> Void) -> Result<FunctionValue, FunctionFailure> {
        guard let call = PreparedCall.of(function.signature) else {
            return .failure(.refused("no way to call \(function.signature.description) is known"))
        }
        // One word a C parameter; the pointers that libffi wants lead into it.
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * values.count + 1)
        let places = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 2 * values.count + 1)
        defer {
            words.deallocate()
            places.deallocate()
        }
        var count = 0
        func add(_ word: UInt64) {
            words[count] = word
            places[count] = UnsafeMutableRawPointer(words + count)
            count += 1
        }
        if function.signature.takesInstance { add(UInt64(UInt(bitPattern: instance))) }
        for (argument, value) in zip(function.signature.arguments, values) {
            switch argument.kind {
            case .number: add(value.number.bitPattern)
            case .integer, .unsigned: add(UInt64(bitPattern: value.integer))
            case .boolean: add(UInt64(value.integer).littleEndian)
            case .text, .optionalText: add(UInt64(UInt(bitPattern: value.text)))
            case .numbers:
                add(UInt64(UInt(bitPattern: value.numbers)))
                add(UInt64(value.count))
            }
        }
        var result: UInt64 = 0
        withUnsafeMutableBytes(of: &result) { call.call(code, places, result: $0.baseAddress!) }
        switch function.signature.result {
        case .number:
            let number = Double(bitPattern: result)
            return .success(number.isFinite ? .number(number) : .none)
        case .integer: return .success(.integer(Int64(bitPattern: result)))
        case .unsigned: return .success(.unsigned(result))
        case .boolean: return Self.boolean(Int64(result & 0xff))
        case .text: return Self.text(UnsafePointer<CChar>(bitPattern: UInt(result)))
        }
    }

    // MARK: Results

    private static func boolean(_ raw: Int64) -> Result<FunctionValue, FunctionFailure> {
        raw == 0 || raw == 1 ? .success(.boolean(raw == 1)) : .failure(.garbage("\(raw) is no bool"))
    }

    /// The pointer may lead anywhere.
    private static func text(_ pointer: UnsafePointer<CChar>?) -> Result<FunctionValue, FunctionFailure> {
        guard let pointer else { return .success(.none) }
        guard let memory = GuardedMemory() else {
            return .failure(.refused("no file descriptor is left to read its result"))
        }
        switch memory.text(at: pointer, limit: FunctionSignature.textMax, "the text") {
        case .success(let text): return .success(.text(text))
        case .failure(.description(let reason)): return .failure(.garbage(reason))
        case .failure(let problem): return .failure(.garbage(problem.text))
        }
    }

    private static func reason(_ text: UnsafePointer<CChar>) -> String {
        var message = PluginMessage()
        message.fill { buffer, size in
            for index in 0..<size - 1 {
                buffer?[index] = text[index]
                if text[index] == 0 { break }
            }
        }
        return message.text
    }
}

extension StrategyInstance {
    /// Calls one of the plugin's functions on this instance; `arguments` in the order of the signature. In this process on the
    /// thread that its events come on, and it does whatever it does: try it in a probe first. An instance in a worker is
    /// called there, from any thread but the engine's, which must not wait; a worker that takes longer than
    /// `nanoseconds` is ended.
    public func call(
        _ function: PluginFunction, _ arguments: [FunctionValue], within nanoseconds: Int64 = 1_000_000_000
    ) -> Result<FunctionValue, FunctionFailure> {
        guard let worker else { return FunctionCall.run(function, on: pointer, arguments) }
        return worker.call(function.name, arguments, within: nanoseconds)
    }
}
