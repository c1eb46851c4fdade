/// A name in a saved state, for all of the kit's own types: a key type of its own for each would cost some kilobytes of the
/// runtime's memory for every copy of a library that a reload brings.
struct StateKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringLiteral name: StaticString) { stringValue = name.description }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
