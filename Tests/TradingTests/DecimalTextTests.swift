import Testing
import Trading

@Suite("Decimal text")
struct DecimalTextTests {
    @Test(
        "reads a decimal as an integer of its scale",
        arguments: [
            ("0", 8, 0), ("-0", 8, 0), ("1", 0, 1), ("46319.0", 9, 46_319_000_000_000), ("-0.5", 8, -50_000_000),
            ("+12.25", 2, 1225), (".5", 1, 5), ("5.", 1, 50), ("007", 1, 70), ("0.00000001", 8, 1),
            ("1.500000000000", 1, 15), ("0.000000000", 0, 0), ("9223372036.854775807", 9, Int64.max),
            ("-9223372036.854775807", 9, -Int64.max), ("9223372036854775807.000", 0, Int64.max),
        ])
    func reads(text: String, scale: Int, expected: Int64) {
        #expect(DecimalText.parse(text, scale: scale) == .success(expected))
    }

    @Test(
        "says what is wrong with a text",
        arguments: [
            ("", 8, .empty), ("-", 8, .notANumber), ("+", 8, .notANumber), (".", 8, .notANumber),
            ("-.", 8, .notANumber),
            ("nan", 8, .notANumber), ("inf", 8, .notANumber), ("1e3", 8, .notANumber), ("1,5", 8, .notANumber),
            (" 1", 8, .notANumber), ("1 ", 8, .notANumber), ("1.2.3", 8, .notANumber), ("--1", 8, .notANumber),
            ("1-", 8, .notANumber), ("１", 8, .notANumber), ("0x10", 8, .notANumber), ("0.1234x", 2, .notANumber),
            ("99999999999999999999999x", 2, .notANumber), ("0.123456789", 8, .tooManyDecimals(8)),
            ("1.01", 1, .tooManyDecimals(1)), ("0.5", 0, .tooManyDecimals(0)),
            ("99999999999999999999.1", 0, .tooManyDecimals(0)),
            ("9223372036854775808", 0, .outOfRange), ("-9223372036854775808", 0, .outOfRange),
            ("9223372036.854775808", 9, .outOfRange), ("92233720369", 8, .outOfRange),
            ("18446744073709551616", 0, .outOfRange), ("100000000000000000000000000000000000000", 0, .outOfRange),
        ] as [(String, Int, DecimalText.Failure)])
    func refuses(text: String, scale: Int, failure: DecimalText.Failure) {
        #expect(DecimalText.parse(text, scale: scale) == .failure(failure))
    }

    @Test("reads raw bytes like text, and no bytes as empty")
    func bytes() {
        let text: [UInt8] = Array("-12.5".utf8)
        #expect(text.withUnsafeBytes { DecimalText.parse($0, scale: 3) } == .success(-12_500))
        #expect(DecimalText.parse(UnsafeRawBufferPointer(start: nil, count: 0), scale: 3) == .failure(.empty))
    }

    @Test(
        "writes the shortest exact text",
        arguments: [
            (0, 0, "0"), (0, 8, "0"), (1, 8, "0.00000001"), (-1, 8, "-0.00000001"), (100, 2, "1"), (-150, 2, "-1.5"),
            (46_319_000_000_000, 9, "46319"), (1200, 0, "1200"), (10, 1, "1"), (9, 1, "0.9"),
            (Int128(Int64.min), 9, "-9223372036.854775808"),
            (Int128.min, 8, "-1701411834604692317316873037158.84105728"),
            (Int128.max, 0, "170141183460469231731687303715884105727"),
        ] as [(Int128, Int, String)])
    func writes(raw: Int128, scale: Int, expected: String) {
        #expect(DecimalText.format(raw, scale: scale) == expected)
    }

    @Test("reads back what it wrote, at every scale")
    func roundTrip() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<5000 {
            let raw =
                Int64.random(in: -Int64.max...Int64.max, using: &random) >> Int64.random(in: 0...62, using: &random)
            let scale = Int.random(in: 0...12, using: &random)
            #expect(DecimalText.parse(DecimalText.format(Int128(raw), scale: scale), scale: scale) == .success(raw))
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
