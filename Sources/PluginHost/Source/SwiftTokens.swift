/// A light reading of Swift: names and punctuation with their lines, without comments and the text of literals. Enough to
/// find declarations; the compiler judges all the rest.
struct SwiftTokens {
    enum Token: Equatable {
        case word(String)
        case mark(UInt8)
    }

    private(set) var tokens: [(token: Token, line: Int)] = []
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while at < bytes.count { step() }
    }

    private func byte(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] == 0x0a { line += 1 }
            at += 1
        }
    }

    private mutating func step() {
        let first = byte()
        if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
            while at < bytes.count, byte() != 0x0a { advance() }
        } else if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
            skipComment()
        } else if first == UInt8(ascii: "\"") {
            skipText(hashes: 0)
        } else if first == UInt8(ascii: "#") {
            var hashes = 0
            while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
            if byte(hashes) == UInt8(ascii: "\"") {
                advance(hashes)
                skipText(hashes: hashes)
            } else {
                advance(hashes)
            }
        } else if Self.isWord(first) || first == UInt8(ascii: "`") {
            readWord()
        } else {
            if first > 0x20 { tokens.append((.mark(first), line)) }
            advance()
        }
    }

    /// Comments nest.
    private mutating func skipComment() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                advance(2)
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && at < bytes.count
    }

    /// From the opening quote to behind the closing one; what is interpolated is stepped over with its brackets.
    private mutating func skipText(hashes: Int) {
        let isLong = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")
        let quotes = isLong ? 3 : 1
        advance(quotes)
        while at < bytes.count {
            if byte() == UInt8(ascii: "\\"), follows(UInt8(ascii: "#"), hashes, from: 1) {
                advance(1 + hashes)
                if byte() == UInt8(ascii: "(") { skipInterpolation() } else { advance() }
            } else if follows(UInt8(ascii: "\""), quotes, from: 0), follows(UInt8(ascii: "#"), hashes, from: quotes) {
                return advance(quotes + hashes)
            } else if !isLong, byte() == 0x0a {
                return  // not closed: the compiler will say so
            } else {
                advance()
            }
        }
    }

    private func follows(_ wanted: UInt8, _ count: Int, from offset: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == wanted }
    }

    private mutating func skipInterpolation() {
        var depth = 0
        repeat {
            switch byte() {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\""):
                skipText(hashes: 0)
                continue
            default: break
            }
            advance()
        } while depth > 0 && at < bytes.count
    }

    private mutating func readWord() {
        if byte() == UInt8(ascii: "`") { advance() }
        let start = at
        let startLine = line
        while at < bytes.count, Self.isWord(byte()) { advance() }
        tokens.append((.word(String(decoding: bytes[start..<at], as: UTF8.self)), startLine))
        if byte() == UInt8(ascii: "`") { advance() }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
            || byte >= 0x80
    }
}
