internal import CFFI
internal import Synchronization

/// How libffi calls one shape of C function. It is prepared once for each shape and kept, as preparing costs more than calling.
///
/// Nobody writes the interface after it was prepared, hence `@unchecked Sendable`.
final class PreparedCall: @unchecked Sendable {
    /// A C parameter or result.
    enum CType: UInt8, Hashable { case double, signed, unsigned, byte, pointer }

    private struct Shape: Hashable {
        var parameters: [CType]
        var result: CType
    }

    let interface: UnsafeMutablePointer<ffi_cif>
    private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>

    private static let kept = Mutex<[Shape: PreparedCall]>([:])

    /// nil when libffi does not know how (never, for these types).
    static func of(parameters: [CType], result: CType) -> PreparedCall? {
        let shape = Shape(parameters: parameters, result: result)
        return kept.withLock { kept in
            if let call = kept[shape] { return call }
            let call = PreparedCall(shape)
            kept[shape] = call
            return call
        }
    }

    static func of(_ signature: FunctionSignature) -> PreparedCall? {
        of(
            parameters: (signature.takesInstance ? [.pointer] : []) + signature.arguments.flatMap(\.kind.cTypes),
            result: signature.result.cType)
    }

    private init?(_ shape: Shape) {
        interface = .allocate(capacity: 1)
        interface.initialize(to: ffi_cif())
        types = .allocate(capacity: max(1, shape.parameters.count))
        for (index, type) in shape.parameters.enumerated() { (types + index).initialize(to: type.ffi) }
        let status = ffi_prep_cif(
            interface, FFI_DEFAULT_ABI, UInt32(shape.parameters.count), shape.result.ffi, types)
        guard status == FFI_OK else { return nil }
    }

    deinit {
        interface.deallocate()
        types.deallocate()
    }

    /// Calls `function`; `arguments` point to the values, `result` to eight bytes at least.
    func call(
        _ function: @convention(c) () -> Void, _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        result: UnsafeMutableRawPointer
    ) { ffi_call(interface, function, result, arguments) }
}

extension PreparedCall.CType {
    fileprivate var ffi: UnsafeMutablePointer<ffi_type> {
        switch self {
        case .double: ffi_double_type()
        case .signed: ffi_sint64_type()
        case .unsigned: ffi_uint64_type()
        case .byte: ffi_uint8_type()
        case .pointer: ffi_pointer_type()
        }
    }
}

extension FunctionSignature.ArgumentKind {
    /// The C parameters that one argument becomes.
    var cTypes: [PreparedCall.CType] {
        switch self {
        case .number: [.double]
        case .integer: [.signed]
        case .unsigned: [.unsigned]
        case .boolean: [.byte]
        case .text, .optionalText: [.pointer]
        case .numbers: [.pointer, .unsigned]
        }
    }
}

extension FunctionSignature.ResultKind {
    var cType: PreparedCall.CType {
        switch self {
        case .number: .double
        case .integer: .signed
        case .unsigned: .unsigned
        case .boolean: .byte
        case .text: .pointer
        }
    }
}
