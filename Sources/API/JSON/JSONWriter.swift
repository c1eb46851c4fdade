public import NIOCore
import Trading

/// Writes JSON straight into a buffer. The same calls describe the document's shape when the writer is made for that
/// (`Schema(describing:)`), so that an answer and its schema cannot differ.
public struct JSONWriter {
    public private(set) var buffer: ByteBuffer
    private var needsComma = false
    /// The shapes of the objects that are open, when this writer describes; nil when it writes.
    private var open: [[Schema.Property]]?
    private var described: Schema?

    public init(buffer: ByteBuffer = ByteBuffer()) { self.buffer = buffer }

    /// In bytes; it grows beyond.
    public init(capacity: Int) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    /// What was written, for those who do not send it.
    public var text: String { String(buffer: buffer) }

    static func describe(_ body: (inout JSONWriter) -> Void) -> Schema {
        var writer = JSONWriter()
        writer.open = []
        body(&writer)
        return writer.described ?? .any
    }

    // MARK: Values

    public mutating func value<Value: JSONWritable>(_ value: Value) {
        if open != nil {
            described = Value.schema
        } else {
            separate()
            needsComma = false
            value.write(&self)
            needsComma = true
        }
    }

    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        if open != nil {
            open?.append([])
            members(&self)
            described = .object(open?.removeLast() ?? [])
        } else {
            separate()
            buffer.writeInteger(UInt8(ascii: "{"))
            needsComma = false
            members(&self)
            buffer.writeInteger(UInt8(ascii: "}"))
            needsComma = true
        }
    }

    /// The shape of a described list is that of its first element: an example's lists are not empty.
    public mutating func list<Elements: Sequence>(
        _ elements: Elements, each: (inout JSONWriter, Elements.Element) -> Void
    ) {
        if open != nil {
            described = nil
            for element in elements.prefix(1) { each(&self, element) }
            described = .list(described ?? .any)
        } else {
            separate()
            buffer.writeInteger(UInt8(ascii: "["))
            needsComma = false
            for element in elements { each(&self, element) }
            buffer.writeInteger(UInt8(ascii: "]"))
            needsComma = true
        }
    }

    // MARK: Members of an object

    public mutating func field<Value: JSONWritable>(_ name: String, _ value: Value) {
        member(name) { $0.value(value) }
    }

    /// Left out when nil.
    public mutating func optional<Value: JSONWritable>(_ name: String, _ value: Value?) {
        if open != nil {
            record(name, Value.schema, isRequired: false)
        } else if let value {
            field(name, value)
        }
    }

    /// `null` when nil.
    public mutating func nullable<Value: JSONWritable>(_ name: String, _ value: Value?) {
        if open != nil {
            record(name, .nullable(Value.schema), isRequired: true)
        } else if let value {
            field(name, value)
        } else {
            member(name) { $0.value(JSONValue.null) }
        }
    }

    /// One of the words that `words` names.
    public mutating func choice(_ name: String, _ word: String, of words: @autoclosure () -> [String]) {
        if open != nil {
            record(name, .choice(words()), isRequired: true)
        } else {
            field(name, word)
        }
    }

    /// `success: true` and the like.
    public mutating func constant(_ name: String, _ value: Bool) {
        if open != nil {
            record(name, .constant(value), isRequired: true)
        } else {
            field(name, value)
        }
    }

    public mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        member(name) { $0.object(members) }
    }

    public mutating func list<Elements: Sequence>(
        _ name: String, _ elements: Elements, each: (inout JSONWriter, Elements.Element) -> Void
    ) {
        member(name) { $0.list(elements, each: each) }
    }

    /// An object with any names.
    public mutating func map<Value: JSONWritable>(_ name: String, _ entries: [(String, Value)]) {
        if open != nil {
            record(name, .map(Value.schema), isRequired: true)
        } else {
            object(name) { json in
                for (name, value) in entries { json.field(name, value) }
            }
        }
    }

    private mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
        if open != nil {
            described = nil
            value(&self)
            record(name, described ?? .any, isRequired: true)
        } else {
            quoted(name, before: needsComma ? UInt8(ascii: ",") : nil, after: UInt8(ascii: ":"))
            needsComma = false
            value(&self)
        }
    }

    private mutating func record(_ name: String, _ schema: Schema, isRequired: Bool) {
        guard let depth = open?.count, depth > 0 else { return }
        open?[depth - 1].append(Schema.Property(name, schema, isRequired: isRequired))
    }

    private mutating func separate() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
    }

    // MARK: Scalars

    /// Text that is JSON already, or an answer that is no JSON at all.
    public mutating func raw(_ text: String) { buffer.writeString(text) }

    /// `raw` × 10^-decimals, exactly.
    public mutating func decimal(_ raw: Int128, decimals: Int) {
        DecimalText.withText(raw, scale: decimals) { _ = buffer.writeBytes($0) }
    }

    public mutating func integer(_ value: some FixedWidthInteger) { decimal(Int128(value), decimals: 0) }

    mutating func text(_ text: String) { quoted(text) }

    /// Text between quotes, with a byte before and one behind: all at once where nothing has to be escaped.
    private mutating func quoted(_ text: String, before: UInt8? = nil, after: UInt8? = nil) {
        var text = text
        text.withUTF8 { text in
            let bytes = UnsafeRawBufferPointer(text)
            if bytes.contains(where: JSONWriter.mustEscape) { return escaped(bytes, before: before, after: after) }
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + 4) { space in
                var end = 0
                func put(_ byte: UInt8) {
                    space[end] = byte
                    end += 1
                }
                if let before { put(before) }
                put(UInt8(ascii: "\""))
                UnsafeMutableRawBufferPointer(rebasing: space[end...]).copyMemory(from: bytes)
                end += bytes.count
                put(UInt8(ascii: "\""))
                if let after { put(after) }
                return end
            }
        }
    }

    private mutating func escaped(_ bytes: UnsafeRawBufferPointer, before: UInt8?, after: UInt8?) {
        if let before { buffer.writeInteger(before) }
        buffer.writeInteger(UInt8(ascii: "\""))
        var start = 0
        for index in bytes.indices where JSONWriter.mustEscape(bytes[index]) {
            _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            escape(bytes[index])
            start = index + 1
        }
        _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        buffer.writeInteger(UInt8(ascii: "\""))
        if let after { buffer.writeInteger(after) }
    }

    @inline(__always)
    private static func mustEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0D: buffer.writeStaticString("\\r")
        case 0x09: buffer.writeStaticString("\\t")
        default:
            buffer.writeString("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
        }
    }
}
