import FoundationEssentials
@_spi(Reflection) import Swift

/// Whether a copy of a value stays what it is, whatever becomes of the original. Judged by the types of the stored properties,
/// at all depths, and rather no than wrong: a class, an existential or a type that is not known here is a no.
struct ValueSemantics {
    private var seen: Set<ObjectIdentifier> = []

    static func hold<T>(for type: T.Type) -> Bool {
        var judge = ValueSemantics()
        return judge.areFieldsValues(of: Whole<T>.self)
    }

    /// Its only field says of what kind a type is.
    private struct Whole<T> { var value: T }

    private mutating func areFieldsValues(of type: Any.Type) -> Bool {
        var areValues = true
        let isRead = _forEachField(of: type) { _, _, field, kind in
            areValues = isValue(field, kind)
            return areValues
        }
        return isRead && areValues
    }

    private mutating func isValue(_ type: Any.Type, _ kind: _MetadataKind) -> Bool {
        guard seen.insert(ObjectIdentifier(type)).inserted else { return true }
        if let known = type as? any CopiesOnWrite.Type {
            return known.held.allSatisfy { areFieldsValues(of: $0) }
        }
        if type is any _Pointer.Type { return false }
        return switch kind {
        case .struct, .tuple: areFieldsValues(of: type)
        case .enum, .optional: isPOD(type)
        // A number of the machine.
        case .opaque: true
        default: false
        }
    }

    private func isPOD<T>(_ type: T.Type) -> Bool { _isPOD(type) }

    /// For a type that copies its memory before it writes to a shared one.
    fileprivate static func whole<T>(_ type: T.Type) -> Any.Type { Whole<T>.self }
}

private protocol CopiesOnWrite {
    /// What may lie in such memory: types with one field each.
    static var held: [Any.Type] { get }
}

extension Array: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [ValueSemantics.whole(Element.self)] }
}
extension ContiguousArray: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [ValueSemantics.whole(Element.self)] }
}
extension Set: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [ValueSemantics.whole(Element.self)] }
}
extension Dictionary: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [ValueSemantics.whole(Key.self), ValueSemantics.whole(Value.self)] }
}
extension Optional: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [ValueSemantics.whole(Wrapped.self)] }
}
extension RingBuffer: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [] }
}
extension String: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [] }
}
extension Data: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [] }
}
extension URL: CopiesOnWrite {
    fileprivate static var held: [Any.Type] { [] }
}
