/// One answer in HTTP/1.1 (RFC 9112), read from a connection that carries nothing else.
struct HTTPAnswer {
    var status = 0
    /// Names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    static let bytesMax = 16 << 20
    private static let headBytesMax = 64 << 10

    static func read(from connection: Connection, bytesMax: Int = bytesMax) throws(ClientFault) -> HTTPAnswer {
        var reader = Reader(connection: connection, bytesMax: bytesMax)
        var answer = HTTPAnswer()
        repeat {
            // "100 Continue" and its like stand before the answer itself.
            answer = HTTPAnswer()
            try answer.readHead(&reader)
        } while (100..<200).contains(answer.status)
        try answer.readBody(&reader)
        return answer
    }

    private mutating func readHead(_ reader: inout Reader) throws(ClientFault) {
        let words = try reader.line().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            let status = Int(words[1]), (100..<600).contains(status)
        else { throw .malformed("it does not begin as HTTP does") }
        self.status = status
        var size = 0
        while true {
            let line = try reader.line()
            if line.isEmpty { return }
            size += line.utf8.count
            guard size <= HTTPAnswer.headBytesMax else { throw .tooLarge(bytesMax: HTTPAnswer.headBytesMax) }
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw .malformed("a header has no name")
            }
            let value = line[line.index(after: colon)...]
            headers.append((line[..<colon].lowercased(), HTTPAnswer.trimmed(value)))
        }
    }

    private mutating func readBody(_ reader: inout Reader) throws(ClientFault) {
        if status == 204 || status == 304 { return }
        if let coding = header("transfer-encoding") {
            guard coding.lowercased() == "chunked" else { throw .malformed("transfer coding \(coding)") }
            return try readChunks(&reader)
        }
        guard let text = header("content-length") else {
            body = try reader.rest()
            return
        }
        guard let length = Int(text), length >= 0, !text.hasPrefix("+") else {
            throw .malformed("content length \(text)")
        }
        guard length <= reader.bytesMax else { throw .tooLarge(bytesMax: reader.bytesMax) }
        body = try reader.take(length)
    }

    private mutating func readChunks(_ reader: inout Reader) throws(ClientFault) {
        while true {
            let line = try reader.line()
            let digits = HTTPAnswer.trimmed(line.prefix { $0 != ";" })
            guard digits.allSatisfy(\.isHexDigit), let length = Int(digits, radix: 16) else {
                throw .malformed("a chunk has no length")
            }
            if length == 0 { break }
            guard length <= reader.bytesMax - body.count else { throw .tooLarge(bytesMax: reader.bytesMax) }
            body += try reader.take(length)
            guard try reader.line().isEmpty else { throw .malformed("a chunk does not end where it should") }
        }
        var trailers = 0
        while try !reader.line().isEmpty {
            trailers += 1
            guard trailers < 100 else { throw .tooLarge(bytesMax: HTTPAnswer.headBytesMax) }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    /// Bytes of the connection in the pieces that HTTP is made of.
    private struct Reader {
        let connection: Connection
        let bytesMax: Int
        private var buffer: [UInt8] = []
        private var place = 0
        private var chunk = [UInt8](repeating: 0, count: 1 << 16)

        init(connection: Connection, bytesMax: Int) {
            self.connection = connection
            self.bytesMax = bytesMax
        }

        /// False = there is no more.
        private mutating func fill() throws(ClientFault) -> Bool {
            let count = try connection.read(into: &chunk)
            if place > 0 {
                buffer.removeFirst(place)
                place = 0
            }
            buffer += chunk[..<count]
            return count > 0
        }

        /// Without its end.
        mutating func line() throws(ClientFault) -> Substring {
            var looked = 0
            while true {
                if let end = buffer[(place + looked)...].firstIndex(of: 0x0a) {
                    var text = buffer[place..<end]
                    if text.last == 0x0d { text.removeLast() }
                    place = end + 1
                    return Substring(String(decoding: text, as: UTF8.self))
                }
                looked = buffer.count - place
                guard looked <= HTTPAnswer.headBytesMax else { throw .tooLarge(bytesMax: HTTPAnswer.headBytesMax) }
                guard try fill() else { throw .cut("inside its head") }
            }
        }

        mutating func take(_ count: Int) throws(ClientFault) -> [UInt8] {
            while buffer.count - place < count {
                let have = buffer.count - place
                guard try fill() else { throw .cut("\(have) of \(count) bytes came") }
            }
            defer { place += count }
            return Array(buffer[place..<place + count])
        }

        mutating func rest() throws(ClientFault) -> [UInt8] {
            repeat {
                guard buffer.count - place <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
            } while try fill()
            return Array(buffer[place...])
        }
    }
}
