import CStrategyABI

/// A function as the C table knows it: the one C function of this kit finds it through the entry's `context`.
class FunctionExport {
    let entry: UnsafePointer<strategy_function_v1_t>

    init(name: String, description: String, signature: String) {
        let place = UnsafeMutablePointer<strategy_function_v1_t>.allocate(capacity: 1)
        var table = strategy_function_v1_t()
        table.struct_size = UInt32(MemoryLayout<strategy_function_v1_t>.size)
        table.name = permanentText(name)
        table.description = permanentText(description)
        table.signature = permanentText(signature)
        table.packed = { place, instance, arguments, count, result, text, size in
            guard let context = place?.pointee.context, let instance, let result else { return 1 }
            let function = Unmanaged<FunctionExport>.fromOpaque(context).takeUnretainedValue()
            do {
                switch try function.answer(instance, UnsafeBufferPointer(start: arguments, count: count)) {
                case .number(let number): result.pointee.number = number
                case .integer(let number): result.pointee.integer = number
                case .text(let answer): writeText(answer, text, size)
                }
                return 0
            } catch {
                writeText(String(describing: error), text, size)
                return 1
            }
        }
        place.initialize(to: table)
        entry = UnsafePointer(place)
        // Lives as long as the library.
        place.pointee.context = Unmanaged.passRetained(self).toOpaque()
    }

    /// What the typed function fills in.
    func answer(
        _ instance: UnsafeMutableRawPointer, _ arguments: UnsafeBufferPointer<strategy_function_value_v1_t>
    ) throws -> FunctionAnswer { throw FunctionRefusal("it does nothing") }
}

/// A function of one strategy type, called on the value that belongs to the instrument that the caller means.
final class TypedFunctionExport<S: Strategy>: FunctionExport {
    private let function: Function<S>

    private static var picksInstrument: Bool { S.scope == .eachInstrument }

    init(_ function: Function<S>) {
        self.function = function
        var arguments = ["instance"] + function.arguments.map { "\($0.name): \($0.type)" }
        if Self.picksInstrument { arguments.append("instrument: string?") }
        super.init(
            name: function.name, description: function.description,
            signature: "(\(arguments.joined(separator: ", "))) -> \(function.result)")
    }

    override func answer(
        _ instance: UnsafeMutableRawPointer, _ arguments: UnsafeBufferPointer<strategy_function_value_v1_t>
    ) throws -> FunctionAnswer {
        let typed = instance.assumingMemoryBound(to: Instance<S>.self)
        let wanted = function.arguments.count + (Self.picksInstrument ? 1 : 0)
        guard arguments.count == wanted else {
            throw FunctionRefusal("it takes \(wanted) arguments, not \(arguments.count)")
        }
        let name = Self.picksInstrument ? arguments[wanted - 1].text.map { String(cString: $0) } : nil
        let slot = try typed.pointee.slots + Self.slot(name, typed.pointee.book)
        return try function.call(&slot.pointee.strategy, arguments).functionAnswer
    }

    /// Of the instrument with that id; the first slot when none is named.
    private static func slot(_ id: String?, _ book: Book) throws -> Int {
        guard let id else { return 0 }
        let bound = (0..<book.instrumentCount).filter { book.slot(of: $0) >= 0 }
        guard let index = bound.first(where: { book.instruments[Int($0)].id == id }) else {
            let known = bound.map { book.instruments[Int($0)].id }.joined(separator: ", ")
            throw FunctionRefusal("the strategy does not trade '\(id)'; it trades \(known)")
        }
        return book.slot(of: index)
    }
}
