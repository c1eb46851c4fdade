/// Where things are in a good 64-bit little-endian library, found without the code under test.
enum ELFBytes {
    static func number(_ bytes: [UInt8], _ at: Int, _ width: Int) -> Int {
        (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }

    /// Offsets of the program headers.
    static func segments(_ bytes: [UInt8]) -> [Int] {
        let start = number(bytes, 32, 8)
        return (0..<number(bytes, 56, 2)).map { start + $0 * number(bytes, 54, 2) }
    }

    static func type(_ bytes: [UInt8], _ segment: Int) -> Int { number(bytes, segment, 4) }

    /// The null entry that ends the dynamic section, where at least one more follows it.
    static func endOfDynamic(_ bytes: [UInt8]) -> Int? {
        guard let segment = segments(bytes).first(where: { type(bytes, $0) == 2 }) else { return nil }
        var at = number(bytes, segment + 8, 8)
        let end = at + number(bytes, segment + 32, 8)
        while at < end, number(bytes, at, 8) != 0 { at += 16 }
        return at < end ? at : nil
    }

    /// The four numbers of the strategy note.
    static func noteDescription(_ bytes: [UInt8]) -> Int? {
        let name = Array("StratABI".utf8) + [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0]
        return bytes.indices.first { bytes[$0...].starts(with: name) }.map { $0 + 12 }
    }
}
