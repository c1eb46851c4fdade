import FoundationEssentials

/// A value as it was at one moment, taken apart no further than needed and written as JSON later, on another thread.
/// What holds no reference is kept as it is: that is a copy already. Everything else is asked to encode itself at once,
/// so that nothing of the value is shared with its owner, who goes on changing it.
final class SnapshotNode: Encodable, @unchecked Sendable {
    fileprivate enum Content {
        case nothing, null
        case leaf(any Encodable)
        case object([(key: any CodingKey, value: SnapshotNode)])
        case list([SnapshotNode])
    }
    fileprivate var content = Content.nothing

    fileprivate init() {}

    init(of value: some Encodable) throws { try take(value) }

    fileprivate func take<T: Encodable>(_ value: T) throws {
        if isPlain(T.self) {
            content = .leaf(value)
        } else {
            try value.encode(to: SnapshotEncoder(self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch content {
        case .nothing: _ = encoder.container(keyedBy: SnapshotKey.self)
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .leaf(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .object(let members):
            var container = encoder.container(keyedBy: SnapshotKey.self)
            for member in members { try container.encode(member.value, forKey: SnapshotKey(member.key)) }
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        }
    }
}

/// Its values hold no reference that their owner could write through. Types are compared and never cast: a cast to a
/// protocol that fails looks through every library in the process again whenever one was loaded.
private func isPlain<T>(_ type: T.Type) -> Bool {
    _isPOD(type) || type == String.self || type == Data.self || type == URL.self || type == [Double].self
        || type == [Int].self || type == [Int64].self || type == [Bool].self || type == [String].self
}

private struct SnapshotKey: CodingKey {
    static var parent: SnapshotKey { SnapshotKey(name: "super") }
    let stringValue: String
    let intValue: Int?
    init(name: String) {
        stringValue = name
        intValue = nil
    }
    init(_ key: any CodingKey) {
        stringValue = key.stringValue
        intValue = key.intValue
    }
    init?(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }
    init?(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

struct SnapshotEncoder: Encoder {
    fileprivate let node: SnapshotNode
    /// Nothing in the kit asks for it.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    fileprivate init(_ node: SnapshotNode) { self.node = node }

    /// For a type that knows how to make a copy which shares nothing.
    func keep(_ copy: any Encodable) { node.content = .leaf(copy) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(SnapshotObject<Key>(node))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { SnapshotList(node) }
    func singleValueContainer() -> any SingleValueEncodingContainer { SnapshotValue(node: node) }
}

private struct SnapshotObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: SnapshotNode
    var codingPath: [any CodingKey] { [] }

    init(_ node: SnapshotNode) {
        self.node = node
        if case .object = node.content { return }
        node.content = .object([])
    }

    private func add(_ key: any CodingKey) -> SnapshotNode {
        let member = SnapshotNode()
        guard case .object(var members) = node.content else { return member }
        node.content = .nothing
        members.append((key, member))
        node.content = .object(members)
        return member
    }

    func encodeNil(forKey key: Key) { add(key).content = .null }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try add(key).take(value) }
    // The library has versions of these two that refuse.
    func encode(_ value: Int128, forKey key: Key) throws { try add(key).take(value) }
    func encode(_ value: UInt128, forKey key: Key) throws { try add(key).take(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        SnapshotEncoder(add(key)).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        SnapshotList(add(key))
    }
    func superEncoder() -> any Encoder { SnapshotEncoder(add(SnapshotKey.parent)) }
    func superEncoder(forKey key: Key) -> any Encoder { SnapshotEncoder(add(key)) }
}

private struct SnapshotList: UnkeyedEncodingContainer {
    let node: SnapshotNode
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .list(let elements) = node.content { elements.count } else { 0 } }

    init(_ node: SnapshotNode) {
        self.node = node
        if case .list = node.content { return }
        node.content = .list([])
    }

    private func add() -> SnapshotNode {
        let element = SnapshotNode()
        guard case .list(var elements) = node.content else { return element }
        node.content = .nothing
        elements.append(element)
        node.content = .list(elements)
        return element
    }

    func encodeNil() { add().content = .null }
    func encode<T: Encodable>(_ value: T) throws { try add().take(value) }
    func encode(_ value: Int128) throws { try add().take(value) }
    func encode(_ value: UInt128) throws { try add().take(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        SnapshotEncoder(add()).container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { SnapshotList(add()) }
    func superEncoder() -> any Encoder { SnapshotEncoder(add()) }
}

private struct SnapshotValue: SingleValueEncodingContainer {
    let node: SnapshotNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.content = .null }
    func encode<T: Encodable>(_ value: T) throws { try node.take(value) }
    func encode(_ value: Int128) throws { try node.take(value) }
    func encode(_ value: UInt128) throws { try node.take(value) }
}
