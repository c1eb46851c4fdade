public import Trading

/// The shape of a JSON value, as OpenAPI 3.1 describes it.
public indirect enum Schema: Sendable, Equatable {
    case any
    case null
    case boolean
    case constant(Bool)
    case text(length: ClosedRange<Int>? = nil, format: String? = nil, pattern: String? = nil)
    case choice([String])
    case integer(ClosedRange<Int>? = nil)
    case number
    /// A JSON number within these bounds, or the same digits as a text.
    case decimal(above: Int? = nil, from: Rate? = nil, to: Rate? = nil)
    case list(Schema, count: ClosedRange<Int>? = nil)
    case object([Property], isOpen: Bool = true)
    /// Any names, all with values of one shape.
    case map(Schema)
    case nullable(Schema)
    /// One of several shapes.
    case either([Schema])

    public static let time = Schema.text(format: "date-time")
    /// Line feed and tab are the only control characters of a text.
    static let withoutControls = #"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$"#
    private static let decimalDigits = #"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"#

    public struct Property: Sendable, Equatable {
        public var name: String
        public var schema: Schema
        public var isRequired: Bool
        public init(_ name: String, _ schema: Schema, isRequired: Bool) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }
}

extension Schema: JSONWritable {
    public static var schema: Schema { .map(.any) }

    public func write(_ json: inout JSONWriter) {
        switch self {
        case .any: json.object { _ in }
        case .null: json.object { $0.field("type", "null") }
        case .boolean: json.object { $0.field("type", "boolean") }
        case .constant(let value): json.object { $0.field("const", value) }
        case .text(let length, let format, let pattern):
            json.object { json in
                json.field("type", "string")
                json.optional("minLength", length.map(\.lowerBound))
                json.optional("maxLength", length.map(\.upperBound))
                json.optional("format", format)
                json.optional("pattern", pattern)
            }
        case .choice(let words):
            json.object { json in
                json.field("type", "string")
                json.field("enum", words)
            }
        case .integer(let range):
            json.object { json in
                json.field("type", "integer")
                json.optional("minimum", range.map(\.lowerBound))
                json.optional("maximum", range.map(\.upperBound))
            }
        case .number: json.object { $0.field("type", "number") }
        case .decimal(let above, let from, let to):
            json.object { json in
                json.field("type", ["number", "string"])
                json.optional("exclusiveMinimum", above)
                json.optional("minimum", from)
                json.optional("maximum", to)
                json.field("pattern", Schema.decimalDigits)
            }
        case .list(let element, let count):
            json.object { json in
                json.field("type", "array")
                json.field("items", element)
                json.optional("minItems", count.map(\.lowerBound))
                json.optional("maxItems", count.map(\.upperBound))
            }
        case .object(let properties, let isOpen):
            json.object { json in
                json.field("type", "object")
                json.object("properties") { json in
                    for property in properties { json.field(property.name, property.schema) }
                }
                let required = properties.filter(\.isRequired).map(\.name)
                json.optional("required", required.isEmpty ? nil : required)
                if !isOpen { json.field("additionalProperties", false) }
            }
        case .map(let element):
            json.object { json in
                json.field("type", "object")
                json.field("additionalProperties", element)
            }
        case .either(let schemas): json.object { $0.field("anyOf", schemas) }
        case .nullable(let schema): json.object { $0.field("anyOf", [schema, .null]) }
        }
    }
}
