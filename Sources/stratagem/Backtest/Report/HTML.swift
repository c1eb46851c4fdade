/// Pieces of a page.
enum HTML {
    /// Text as it stands, whatever is in it.
    static func text(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// Within a script element, where a "<" could end it.
    static func script(_ json: JSON) -> String {
        json.text.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
    }
}
