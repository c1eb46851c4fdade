/// One request in HTTP/1.1 on a connection of its own.
struct HTTPRequest {
    var method = "GET"
    /// Percent-encoded where it needs it.
    var path: String
    /// nil = not asked for.
    var query: [(name: String, value: String?)] = []
    /// "" = none at all.
    var token: String?
    var body: JSON?

    func bytes(host: String) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nAccept: application/json\r\n"
        if let token, !token.isEmpty { text += "Authorization: Bearer \(token)\r\n" }
        let content = body.map { Array($0.text.utf8) } ?? []
        if body != nil { text += "Content-Type: application/json\r\n" }
        if body != nil || method != "GET" { text += "Content-Length: \(content.count)\r\n" }
        return Array((text + "\r\n").utf8) + content
    }

    private var target: String {
        let pairs = query.compactMap { name, value in
            value.map { "\(name)=\(HTTPRequest.encoded($0))" }
        }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// As one part of a path, or a value of a query (RFC 3986).
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
