/// A JSON value that keeps its keys in order and its numbers in the digits that they were given.
indirect enum JSON {
    case object([(key: String, value: JSON)])
    case array([JSON])
    case string(String)
    /// Digits as they stand: "0.1" stays 0.1.
    case number(String)
    case boolean(Bool)
    case null

    static func integer(_ value: some BinaryInteger) -> JSON { .number(String(value)) }

    /// null for what JSON has no number for.
    static func double(_ value: Double?) -> JSON {
        guard let value, value.isFinite else { return .null }
        return .number("\(value)")
    }

    static func optional(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }

    /// One line, without spaces that mean nothing.
    var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSON.quote(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .string(let value): JSON.quote(value, to: &text)
        case .number(let digits): text += digits
        case .boolean(let flag): text += flag ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func quote(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
