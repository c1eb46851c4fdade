public import Trading

extension Fields {
    // MARK: Texts

    /// Length in characters. Control characters are a fault.
    public func text(_ name: String, _ length: ClosedRange<Int> = 1...200) -> String {
        text(name, length, isRequired: true) ?? ""
    }

    public func optionalText(_ name: String, _ length: ClosedRange<Int> = 0...200) -> String? {
        text(name, length, isRequired: false)
    }

    private func text(_ name: String, _ length: ClosedRange<Int>, isRequired: Bool) -> String? {
        read(name, .text(length: length, pattern: Schema.withoutControls), isRequired: isRequired) {
            value throws(Invalid) in
            try Fields.text(value, length)
        }
    }

    static func text(_ value: JSONValue, _ length: ClosedRange<Int>) throws(Invalid) -> String {
        guard case .string(let text) = value else { throw Invalid("must be a text, not \(value.kind)") }
        // Unicode scalars, not grapheme clusters: a cluster has no upper bound.
        let count = text.unicodeScalars.count
        guard length.contains(count) else {
            if count < length.lowerBound, length.lowerBound == 1 { throw Invalid("must not be empty") }
            throw Invalid("must have \(length.lowerBound) to \(length.upperBound) characters, not \(count)")
        }
        // Unicode's category Cc.
        let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) }
        if text.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" && $0 != "\t" }) {
            throw Invalid("must not have control characters")
        }
        return text
    }

    // MARK: Words of a list

    /// One of the words; the first stands in where there is none.
    public func choice<Value>(_ name: String, _ words: KeyValuePairs<String, Value>) -> Value {
        choice(name, words, isRequired: true) ?? words[0].value
    }

    public func optionalChoice<Value>(_ name: String, _ words: KeyValuePairs<String, Value>) -> Value? {
        choice(name, words, isRequired: false)
    }

    private func choice<Value>(_ name: String, _ words: KeyValuePairs<String, Value>, isRequired: Bool) -> Value? {
        read(name, .choice(words.map(\.key)), isRequired: isRequired) { value throws(Invalid) in
            guard case .string(let word) = value, let match = words.first(where: { $0.key == word }) else {
                throw Invalid("must be one of \(words.map(\.key).joined(separator: ", "))")
            }
            return match.value
        }
    }

    /// As `optionalChoice`, for words that are only known at run time.
    public func optionalWord(_ name: String, _ words: [String]) -> String? {
        read(name, .choice(words), isRequired: false) { value throws(Invalid) in
            guard case .string(let word) = value, words.contains(word) else {
                throw Invalid("must be one of \(words.joined(separator: ", "))")
            }
            return word
        }
    }

    // MARK: Booleans

    public func boolean(_ name: String) -> Bool { boolean(name, isRequired: true) ?? false }
    public func optionalBoolean(_ name: String) -> Bool? { boolean(name, isRequired: false) }

    private func boolean(_ name: String, isRequired: Bool) -> Bool? {
        read(name, .boolean, isRequired: isRequired) { [isText] value throws(Invalid) in
            switch value {
            case .boolean(let value): return value
            case .string("true") where isText: return true
            case .string("false") where isText: return false
            default: throw Invalid("must be true or false")
            }
        }
    }

    // MARK: Instants

    /// ISO 8601 with a zone, or seconds or milliseconds since 1970.
    public func time(_ name: String) -> Timestamp { time(name, isRequired: true) ?? Timestamp(nanoseconds: 0) }
    public func optionalTime(_ name: String) -> Timestamp? { time(name, isRequired: false) }

    /// A range of the market's time whose ends are both optional; its end must not lie before its beginning. An end that the wall
    /// clock has not come to bounds nothing: a simulated market that was moved on is ahead of that clock.
    func optionalRange(_ first: String = "from", _ last: String = "to") -> (from: Timestamp?, to: Timestamp?) {
        let from = optionalTime(first)
        let to = optionalTime(last)
        if let from, let to, to < from { fault(last, "must not lie before '\(first)'") }
        return (from, to.flatMap { $0 < Timestamp.now ? $0 : nil })
    }

    private func time(_ name: String, isRequired: Bool) -> Timestamp? {
        read(name, .time, isRequired: isRequired) { value throws(Invalid) in
            switch value {
            case .string(let text), .number(let text):
                if let time = TimeText.parse(text) { return time }
            default: break
            }
            throw Invalid("must be a time like 2025-01-18T10:30:00Z, or seconds or milliseconds since 1970")
        }
    }

    // MARK: Anything

    public func any(_ name: String) -> JSONValue {
        read(name, .any, isRequired: true) { value throws(Invalid) in value } ?? .null
    }
}
