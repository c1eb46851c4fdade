extension JSONValue {
    /// Reads a document by RFC 8259, strictly; bytes that are no JSON are a `JSONFailure` with their place.
    public init(parsing bytes: [UInt8]) throws(JSONFailure) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONFailure) in try JSONParser.parse(bytes) }
        }
        self = try result.get()
    }

    public init(parsing text: String) throws(JSONFailure) { try self.init(parsing: Array(text.utf8)) }
}

/// RFC 8259, strictly: no comments, no trailing commas, no NaN, no duplicate names, valid UTF-8 only.
struct JSONParser {
    static let depthMax = 32
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONFailure) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.index < bytes.count { throw parser.failure("there is more after the document") }
        return value
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw failure("the document ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONFailure) -> JSONValue {
        try enter(depth)
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a name in quotes is expected") }
            let start = index
            let name = try string()
            guard names.insert(name).inserted else {
                index = start
                throw failure("the name '\(name.prefix(40))' stands twice in one object")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("':' is expected") }
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("',' or '}' is expected") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONFailure) -> JSONValue {
        try enter(depth)
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("',' or ']' is expected") }
        return .array(elements)
    }

    private mutating func enter(_ depth: Int) throws(JSONFailure) {
        if depth >= JSONParser.depthMax { throw failure("more than \(JSONParser.depthMax) levels deep") }
        index += 1
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[offset]) else { throw failure("'\(word)' is expected") }
        }
        return value
    }

    private mutating func number() throws(JSONFailure) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            if let byte = peek, isDigit(byte) { throw failure("a number has no leading zeros") }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSONFailure) {
        let start = index
        while let byte = peek, isDigit(byte) { index += 1 }
        if index == start { throw failure("a digit is expected") }
    }

    // MARK: Texts

    private mutating func string() throws(JSONFailure) -> String {
        index += 1
        let start = index
        // Most texts have no escape: they are one slice.
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        if peek == UInt8(ascii: "\"") {
            let text = try text(of: bytes[start..<index], from: start)
            index += 1
            return text
        }
        var content = Array(bytes[start..<index])
        while let byte = peek, byte != UInt8(ascii: "\"") {
            if byte < 0x20 { throw failure("a control character in a text must be escaped") }
            if byte == UInt8(ascii: "\\") {
                content.append(contentsOf: String(try escape()).utf8)
            } else {
                content.append(byte)
                index += 1
            }
        }
        guard peek != nil else { throw failure("the document ends inside a text") }
        index += 1
        return try text(of: content, from: start)
    }

    private func text(of content: some Collection<UInt8>, from start: Int) throws(JSONFailure) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw failure("a text is not valid UTF-8", at: start)
        }
        return text
    }

    private mutating func escape() throws(JSONFailure) -> Unicode.Scalar {
        index += 1
        guard let byte = peek else { throw failure("the document ends inside a text") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode()
        default: throw failure("unknown escape in a text", at: index - 1)
        }
    }

    /// Behind "\u": one unit, or two that make a surrogate pair.
    private mutating func unicode() throws(JSONFailure) -> Unicode.Scalar {
        let high = try unit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure("half of a surrogate pair in a text")
        }
        let low = try unit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw failure("half of a surrogate pair in a text") }
        return scalar
    }

    private mutating func unit() throws(JSONFailure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits are expected behind \\u")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    // MARK: Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func failure(_ message: String, at place: Int? = nil) -> JSONFailure {
        let before = bytes[..<min(place ?? index, bytes.count)]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONFailure(message: message, line: line, column: before.endIndex - lineStart + 1)
    }
}
