/// Swift text without its comments and string literals, so that words are looked for in code alone.
struct SwiftCode {
    /// The words of the code (identifiers and keywords), with the line of each.
    private(set) var words: [(word: String, line: Int)] = []

    private enum State { case code, lineComment, blockComment(depth: Int), text, longText }

    init(_ source: String) {
        let bytes = Array(source.utf8)
        var state = State.code
        var word: [UInt8] = []
        var line = 1
        var index = 0

        func at(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
        func starts(_ text: StaticString) -> Bool {
            text.withUTF8Buffer { part in part.indices.allSatisfy { at($0) == part[$0] } }
        }
        while index < bytes.count {
            let byte = bytes[index]
            let wordLine = line
            if byte == UInt8(ascii: "\n") { line += 1 }
            var step = 1
            var isWordByte = false
            switch state {
            case .code:
                if starts("//") {
                    state = .lineComment
                } else if starts("/*") {
                    state = .blockComment(depth: 1)
                    step = 2
                } else if starts("\"\"\"") {
                    state = .longText
                    step = 3
                } else if byte == UInt8(ascii: "\"") {
                    state = .text
                } else {
                    isWordByte = SwiftCode.isWordByte(byte)
                }
            case .lineComment:
                if byte == UInt8(ascii: "\n") { state = .code }
            case .blockComment(let depth):
                if starts("*/") {
                    state = depth == 1 ? .code : .blockComment(depth: depth - 1)
                    step = 2
                } else if starts("/*") {
                    state = .blockComment(depth: depth + 1)
                    step = 2
                }
            case .text:
                if byte == UInt8(ascii: "\\") { step = 2 }
                if byte == UInt8(ascii: "\"") { state = .code }
            case .longText:
                if byte == UInt8(ascii: "\\") { step = 2 }
                if starts("\"\"\"") {
                    state = .code
                    step = 3
                }
            }
            if isWordByte {
                word.append(byte)
            } else if !word.isEmpty {
                words.append((String(decoding: word, as: UTF8.self), wordLine))
                word.removeAll()
            }
            index += step
        }
        if !word.isEmpty { words.append((String(decoding: word, as: UTF8.self), line)) }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
