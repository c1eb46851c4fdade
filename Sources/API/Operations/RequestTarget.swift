/// The path and the query of a request line, percent-decoded.
struct RequestTarget {
    /// nil when an escape is broken: such a path names nothing.
    var parts: [String]?
    var query: [JSONValue.Member]
    var queryFaults: [RequestFault] = []
    private static let parametersMax = 200

    init(_ target: String) {
        let pieces = target.utf8.prefix { $0 != UInt8(ascii: "#") }
            .split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let path = pieces.first.map(Array.init) ?? []
        query = []
        if path.first == UInt8(ascii: "/") {
            let all = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            let isRoot = all.count == 1 && all[0].isEmpty
            parts = isRoot ? [] : RequestTarget.decoded(all)
        }
        guard pieces.count > 1 else { return }
        readQuery(Array(pieces[1]))
    }

    private static func decoded(_ parts: [ArraySlice<UInt8>]) -> [String]? {
        var decoded: [String] = []
        for part in parts {
            guard let text = decode(part, plusIsSpace: false) else { return nil }
            decoded.append(text)
        }
        return decoded
    }

    private mutating func readQuery(_ bytes: [UInt8]) {
        let pairs = bytes.split(separator: UInt8(ascii: "&"))
        if pairs.count > RequestTarget.parametersMax {
            let message = "the query must have at most \(RequestTarget.parametersMax) parameters, not \(pairs.count)"
            queryFaults.append(RequestFault(path: "", message: message))
        }
        for pair in pairs.prefix(RequestTarget.parametersMax) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = RequestTarget.decode(sides[0], plusIsSpace: true),
                let value = RequestTarget.decode(sides.count > 1 ? sides[1] : [], plusIsSpace: true)
            else {
                queryFaults.append(RequestFault(path: "", message: "the query has a broken escape or is not UTF-8"))
                continue
            }
            if query.contains(where: { $0.name == name }) {
                queryFaults.append(RequestFault(path: String(name.prefix(80)), message: "stands twice in the query"))
            } else {
                query.append(JSONValue.Member(name, .string(value)))
            }
        }
    }

    private static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
        let isPlain = bytes.allSatisfy { $0 != UInt8(ascii: "%") && !(plusIsSpace && $0 == UInt8(ascii: "+")) }
        if isPlain { return String(validating: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    return nil
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
