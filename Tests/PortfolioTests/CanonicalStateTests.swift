import Portfolio
import Testing
import Trading

@Suite("Canonical state")
struct CanonicalStateTests {
    static func bytes(_ fills: [Fill], mark: String? = nil) -> [UInt8] {
        var ledger = Ledger(
            instruments: [terms(.cash), terms(.linear)], currencyCount: 2,
            accounts: [AccountTerms(openingBalance: Money("1000")!)], strategyAccounts: [0, 0])
        for fill in fills { _ = ledger.apply(fill) }
        if let mark { ledger.mark(0, Price(mark)!) }
        var bytes: [UInt8] = [0xAA]
        ledger.canonicalBytes(into: &bytes)
        return bytes
    }

    @Test("is the documented layout, appended")
    func layout() {
        let bytes = Self.bytes([fill(.sell, "0.00000002", at: "300", seconds: 1)])
        // Counts, next id, marks, cash, net quantities; then two strategies of an account and two instruments.
        let position = 8 + 8 + 3 * 16 + 8 + 4 * 16 + 8
        #expect(bytes.count == 1 + 5 * 4 + 8 + 2 * 8 + 2 * 16 + 2 * 8 + 2 * (4 + 2 * position))
        #expect(
            Array(bytes[0..<29]) == [
                0xAA, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            ])
        func read<Number: FixedWidthInteger>(_ offset: Int, as: Number.Type) -> Number {
            bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
        }
        #expect(read(29, as: Int64.self) == 300_000_000_000)
        #expect(read(45, as: Int128.self) == 100_000_000_600)
        #expect(read(77, as: Int64.self) == -2)
        let holding = 93 + 4
        #expect(read(holding, as: UInt64.self) == 1)
        #expect(read(holding + 8, as: Int64.self) == -2)
        #expect(read(holding + 16, as: Int128.self) == -600)
        #expect(read(holding + 64, as: Int64.self) == 1_000_000_000)
        #expect(read(holding + 72, as: Int128.self) == 600)
        #expect(read(holding + 88, as: Int128.self) == 2)
        #expect(read(holding + position - 8, as: Int64.self) == 2)
    }

    @Test("is the same for the same history")
    func repeats() {
        let fills = [fill(.buy, "2", at: "10"), fill(.sell, "5", at: "11", commission: "0.1", instrument: 1)]
        #expect(Self.bytes(fills) == Self.bytes(fills))
    }

    @Test("differs when anything differs")
    func differs() {
        let base = Self.bytes([fill(.buy, "2", at: "10", commission: "0.1", seconds: 5)])
        let others = [
            Self.bytes([fill(.buy, "2.00000001", at: "10", commission: "0.1", seconds: 5)]),
            Self.bytes([fill(.buy, "2", at: "10.00000001", commission: "0.1", seconds: 5)], mark: "10"),
            Self.bytes([fill(.buy, "2", at: "10", commission: "0.10000001", seconds: 5)]),
            Self.bytes([fill(.buy, "2", at: "10", commission: "0.1", seconds: 6)]),
            Self.bytes([fill(.buy, "2", at: "10", commission: "0.1", strategy: 1, seconds: 5)]),
            Self.bytes([fill(.buy, "2", at: "10", commission: "0.1", instrument: 1, seconds: 5)]),
            Self.bytes([fill(.buy, "2", at: "10", commission: "0.1", seconds: 5)], mark: "10.1"),
        ]
        for (index, other) in others.enumerated() {
            #expect(other.count == base.count)
            #expect(other != base, "change \(index)")
        }
        #expect(Set(others).count == others.count)
    }
}
