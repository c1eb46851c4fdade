import Trading

extension Fields {
    // MARK: Lists

    public func texts(
        _ name: String, _ count: ClosedRange<Int> = 0...1000, each length: ClosedRange<Int> = 1...200
    ) -> [String] {
        list(name, count, .text(length: length, pattern: Schema.withoutControls), isRequired: true) {
            value throws(Invalid) in
            try Fields.text(value, length)
        } ?? []
    }

    public func optionalTexts(
        _ name: String, _ count: ClosedRange<Int> = 0...1000, each length: ClosedRange<Int> = 1...200
    ) -> [String]? {
        list(name, count, .text(length: length, pattern: Schema.withoutControls), isRequired: false) {
            value throws(Invalid) in
            try Fields.text(value, length)
        }
    }

    public func choices<Value>(
        _ name: String, _ count: ClosedRange<Int> = 0...1000, _ words: KeyValuePairs<String, Value>
    ) -> [Value] {
        list(name, count, .choice(words.map(\.key)), isRequired: true) { value throws(Invalid) in
            guard case .string(let word) = value, let match = words.first(where: { $0.key == word }) else {
                throw Invalid("must be one of \(words.map(\.key).joined(separator: ", "))")
            }
            return match.value
        } ?? []
    }

    public func integers(
        _ name: String, _ count: ClosedRange<Int> = 0...1000, each range: ClosedRange<Int>
    ) -> [Int] {
        integers(name, count, each: range, isRequired: true) ?? []
    }

    /// Numbers with the decimals of `Value`, all above zero or not below it.
    func optionalFixed<Value: FixedPoint>(_ name: String, _ count: ClosedRange<Int>, _ sign: Sign) -> [Value]? {
        list(name, count, sign.schema, isRequired: false) { value throws(Invalid) in
            Value(raw: try Fields.decimal(value, decimals: Value.decimals, sign))
        }
    }

    private func integers(
        _ name: String, _ count: ClosedRange<Int>, each range: ClosedRange<Int>, isRequired: Bool
    ) -> [Int]? {
        list(name, count, .integer(range), isRequired: isRequired) { [isText] value throws(Invalid) in
            try Fields.integer(value, range, isText: isText)
        }
    }

    private func list<Value>(
        _ name: String, _ count: ClosedRange<Int>, _ schema: @autoclosure () -> Schema, isRequired: Bool,
        _ parse: (JSONValue) throws(Invalid) -> Value
    ) -> [Value]? {
        read(name, .list(schema(), count: count), isRequired: isRequired) { value throws(Invalid) in
            let elements = try self.elements(of: value, count)
            var list: [Value] = []
            for (index, element) in elements.enumerated() {
                do throws(Invalid) {
                    list.append(try parse(element))
                } catch {
                    fault("\(name).\(index)", error.text)
                }
            }
            return list
        }
    }

    private func elements(of value: JSONValue, _ count: ClosedRange<Int>) throws(Invalid) -> [JSONValue] {
        let elements: [JSONValue]
        switch value {
        case .array(let all): elements = all
        case .string(let text) where isText: elements = text.split(separator: ",").map { .string(String($0)) }
        default: throw Invalid("must be a list, not \(value.kind)")
        }
        guard count.contains(elements.count) else {
            throw Invalid("must have \(count.lowerBound) to \(count.upperBound) elements, not \(elements.count)")
        }
        return elements
    }

    // MARK: Objects

    /// The object's fields; while describing, and when it is absent, `content` reads neutral values.
    public func object<Value>(_ name: String, _ content: (Fields) -> Value) -> Value {
        nested(name, isRequired: true, content) ?? content(blank)
    }

    public func optionalObject<Value>(_ name: String, _ content: (Fields) -> Value) -> Value? {
        nested(name, isRequired: false, content)
    }

    public func objects<Value>(
        _ name: String, _ count: ClosedRange<Int> = 0...1000, _ content: (Fields) -> Value
    ) -> [Value] {
        let shape = blank
        if isDescribing { _ = content(shape) }
        let lists = read(name, .list(shape.schema, count: count), isRequired: true) { value throws(Invalid) in
            var list: [Value] = []
            for (index, element) in try elements(of: value, count).enumerated() {
                guard case .object(let members) = element else {
                    throw Invalid("must be a list of objects, not of \(element.kind)")
                }
                list.append(inside(members, path(of: "\(name).\(index)"), content))
            }
            return list
        }
        return lists ?? []
    }

    /// The names and values of an object that may have any.
    public func optionalMap(_ name: String) -> [JSONValue.Member]? {
        read(name, .map(.any), isRequired: false) { value throws(Invalid) in
            guard case .object(let members) = value else { throw Invalid("must be an object, not \(value.kind)") }
            return members
        }
    }

    /// The numbers of an object whose names somebody else judges: finite, and at most 1e15 in magnitude.
    func optionalNumbers(_ name: String, most: Int) -> [(name: String, value: Double)] {
        let members = optionalMap(name) ?? []
        if members.count > most { fault(name, "has \(members.count) members; at most \(most) are taken") }
        return members.prefix(most).compactMap { member in
            if case .number(let digits) = member.value, let value = Double(digits), abs(value) <= 1e15 {
                return (member.name, value)
            }
            fault("\(name).\(member.name.prefix(80))", "must be a number of at most 1e15 in magnitude")
            return nil
        }
    }

    /// Fields of which none is there.
    private var blank: Fields { Fields(nil, place: "", isText: false, faults: FaultList()) }
}
