internal import CFFI

/// A C function pointer that carries a closure, for an interface that takes a callback and no context to tell one caller from
/// another. The pointer is good as long as this object; let nobody keep it longer.
///
///     let scale = 2.0
///     let callback = BoundCallback(try FunctionSignature("(x: f64) -> f64")) { arguments in
///         if case .number(let x) = arguments[0] { .number(x * scale) } else { .none }
///     }
public final class BoundCallback {
    /// A C function of the signature.
    public let pointer: UnsafeRawPointer
    private let closure: UnsafeMutablePointer<ffi_closure>
    private let call: PreparedCall
    private let target: Target

    private final class Target {
        let signature: FunctionSignature
        let body: ([FunctionValue]) -> FunctionValue
        init(_ signature: FunctionSignature, _ body: @escaping ([FunctionValue]) -> FunctionValue) {
            self.signature = signature
            self.body = body
        }
    }

    /// Numbers and booleans only: for texts and lists nobody could say who owns the memory. nil for other signatures, and
    /// where the system allows no memory for code.
    public init?(_ signature: FunctionSignature, _ body: @escaping ([FunctionValue]) -> FunctionValue) {
        let scalars: [FunctionSignature.ArgumentKind] = [.number, .integer, .unsigned, .boolean]
        guard !signature.takesInstance, signature.result != .text,
            signature.arguments.allSatisfy({ scalars.contains($0.kind) }), let call = PreparedCall.of(signature)
        else { return nil }
        var code: UnsafeMutableRawPointer?
        guard let memory = ffi_closure_alloc(MemoryLayout<ffi_closure>.size, &code), let code else { return nil }
        closure = memory.assumingMemoryBound(to: ffi_closure.self)
        pointer = UnsafeRawPointer(code)
        self.call = call
        target = Target(signature, body)
        let status = ffi_prep_closure_loc(
            closure, call.interface,
            { _, result, arguments, target in
                guard let result, let arguments, let target else { return }
                BoundCallback.answer(result, arguments, Unmanaged<Target>.fromOpaque(target).takeUnretainedValue())
            }, Unmanaged.passUnretained(target).toOpaque(), code)
        guard status == FFI_OK else { return nil }
    }

    deinit { ffi_closure_free(closure) }

    private static func answer(
        _ result: UnsafeMutableRawPointer, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ target: Target
    ) {
        let values = target.signature.arguments.enumerated().map { index, argument -> FunctionValue in
            guard let place = arguments[index] else { return .none }
            return switch argument.kind {
            case .number: .number(place.load(as: Double.self))
            case .integer: .integer(place.load(as: Int64.self))
            case .unsigned: .unsigned(place.load(as: UInt64.self))
            case .boolean: .boolean(place.load(as: UInt8.self) != 0)
            case .text, .optionalText, .numbers: .none
            }
        }
        // A result narrower than a word is written as a word (libffi's ffi_arg); one of another kind counts as zero.
        let word: UInt64 =
            switch (target.body(values), target.signature.result) {
            case (.number(let number), .number): number.bitPattern
            case (.integer(let number), .integer): UInt64(bitPattern: number)
            case (.unsigned(let number), .unsigned): number
            case (.boolean(let flag), .boolean): flag ? 1 : 0
            default: 0
            }
        result.storeBytes(of: word, as: UInt64.self)
    }
}
