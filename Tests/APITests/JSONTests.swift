import API
import Foundation
import NIOCore
import Testing
import Trading

@Suite("JSON")
struct JSONTests {
    @Test(
        "reads what RFC 8259 allows",
        arguments: [
            "null", "true", " [ ] ", "{}", #"{"a":{"b":[1,2.50,-0,1e5,1E-2]}}"#, #""\u00e9\ud83d\ude00\n\/""#,
            "\"é😀\"", "-0.0", "123456789012345678901234567890", "\t[1 , 2]\r\n",
        ])
    func readsValid(_ text: String) throws {
        let value = try JSONValue(parsing: text)
        // Foundation, an independent parser, sees the same document in what is written back.
        var json = JSONWriter()
        json.value(value)
        let options: JSONSerialization.ReadingOptions = [.fragmentsAllowed]
        let ours = try JSONSerialization.jsonObject(with: Data(json.buffer.readableBytesView), options: options)
        let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: options)
        #expect((ours as? NSObject) == (theirs as? NSObject))
    }

    @Test(
        "refuses what RFC 8259 does not allow, and says where",
        arguments: [
            ("", 1, 1), (" ", 1, 2), ("nul", 1, 4), ("NaN", 1, 1), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8),
            ("{\"a\" 1}", 1, 6), ("{a:1}", 1, 2), ("[1 2]", 1, 4), ("01", 1, 2), ("1.", 1, 3), (".5", 1, 1),
            ("+1", 1, 1), ("1e", 1, 3), ("-", 1, 2), ("\"a", 1, 3), ("\"\u{1}\"", 1, 2), ("\"\\x\"", 1, 3),
            ("\"\\ud800\"", 1, 8), ("\"\\u12g4\"", 1, 6), ("{}\n x", 2, 2), ("Infinity", 1, 1), ("// c\n1", 1, 1),
            ("{\"a\":1,\n\"a\":2}", 2, 1),
        ])
    func refusesInvalid(_ text: String, _ line: Int, _ column: Int) {
        let failure = #expect(throws: JSONFailure.self) { try JSONValue(parsing: text) }
        #expect(failure?.line == line && failure?.column == column, "\(failure?.description ?? "")")
    }

    @Test("refuses bytes that are not UTF-8, and more than 32 levels")
    func refusesHostileBytes() throws {
        for bytes in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xEF, 0xBB, 0xBF],
        ] {
            #expect(throws: JSONFailure.self) { try JSONValue(parsing: bytes.map(UInt8.init)) }
        }
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(32)) }
        #expect(throws: JSONFailure.self) { try JSONValue(parsing: nested(33)) }
        #expect(throws: JSONFailure.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test("random bytes never trap")
    func survivesRandomBytes() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\u0123eE+-. truefalsn"#.utf8) + [0xC3, 0xA9, 0xFF, 0x0A]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let ours = (try? JSONValue(parsing: bytes)) != nil
            // What we take, Foundation takes too (it lets pass some things that we refuse).
            if ours {
                let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
                #expect(theirs != nil, "\(bytes)")
            }
        }
    }

    @Test("texts are escaped as JSONEncoder escapes them")
    func escapesTexts() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        for text in ["", "plain", "\"\\/", "\n\r\t\u{1}\u{1f}", "é😀\u{2028}", "\u{7f}"] {
            var json = JSONWriter()
            json.value(text)
            let decoded = try JSONDecoder().decode([String].self, from: Data("[\(String(buffer: json.buffer))]".utf8))
            #expect(decoded == [text])
        }
        var json = JSONWriter()
        json.value("a\"b\\c\nd/e")
        #expect(String(buffer: json.buffer) == String(decoding: try encoder.encode("a\"b\\c\nd/e"), as: UTF8.self))
    }

    @Test("fixed-point numbers are written exactly")
    func writesExactNumbers() {
        func written(_ value: some JSONWritable) -> String {
            var json = JSONWriter()
            json.value(value)
            return String(buffer: json.buffer)
        }
        for _ in 0..<10_000 {
            let raw = Int64.random(in: .min ... .max) >> Int64.random(in: 0...62)
            #expect(written(Price(raw: raw)) == Price(raw: raw).description)
            #expect(written(Quantity(raw: raw)) == Quantity(raw: raw).description)
        }
        #expect(written(Money(raw: Int128.max)) == Money(raw: Int128.max).description)
        #expect(written(Price(raw: 0)) == "0")
        #expect(written(Price(raw: -500_000_000)) == "-0.5")
        #expect(written(Int64.min) == "-9223372036854775808")
        #expect(written(Double.nan) == "0" && written(-Double.infinity) == "0" && written(0.1) == "0.1")
        #expect(written(Timestamp(nanoseconds: 1_500_000_000)) == "\"1970-01-01T00:00:01.5Z\"")
    }
}
