import CStrategyABI
import MarketData
import Testing
import Trading

@Suite("Gzip")
struct GzipTests {
    private static let text = Array(
        ("time_s,price,size\n" + (1...50_000).map { "\($0),1.\($0),\($0)\n" }.joined()).utf8)

    @Test("a compressed file reads as the plain one")
    func roundTrip() throws {
        let plain = try read(Self.text)
        let packed = try read(gzip(Self.text))
        #expect(plain.rows == 50_000 && packed.rows == 50_000)
        #expect(zip(plain.trades, packed.trades).allSatisfy { $0.time == $1.time && $0.price == $1.price })
    }

    @Test("several members make one text, even when a line goes over the seam")
    func members() throws {
        let middle = Self.text.count / 2 + 3
        let packed = gzip(Array(Self.text[..<middle])) + gzip([]) + gzip(Array(Self.text[middle...]))
        #expect(try read(packed).rows == 50_000)
    }

    @Test("a truncated file is refused, with the rows that were there", arguments: [0.1, 0.5, 0.9, 0.9999])
    func truncated(_ part: Double) throws {
        let packed = gzip(Self.text)
        let error = try #require(fault(Array(packed.prefix(Int(Double(packed.count) * part)))))
        #expect(error.code == .gzipTruncated)
        let expected = Int(Double(50_000) * part)
        #expect(abs(error.goodRows - expected) < 12_000, "\(error)")
        #expect(error.line == error.goodRows + 1)
    }

    @Test("without its last eight bytes, or in the middle of its head, it is truncated too", arguments: [8, 1])
    func withoutTrailer(_ missing: Int) throws {
        let packed = gzip(Self.text)
        let error = try #require(fault(Array(packed.dropLast(missing))))
        #expect(error.code == .gzipTruncated && error.goodRows == 50_000)
        #expect(fault(Array(packed.prefix(5)))?.code == .gzipTruncated)
        #expect(fault(Array(packed.prefix(2)))?.code == .gzipTruncated)
    }

    @Test("bytes behind the end are refused")
    func trailing() throws {
        let error = try #require(fault(gzip(Self.text) + Array("garbage".utf8)))
        #expect(error.code == .gzipTrailingBytes && error.goodRows == 50_000)
    }

    @Test("a damaged file is refused")
    func corrupt() throws {
        var packed = gzip(Self.text)
        for index in packed.count / 2..<packed.count / 2 + 40 { packed[index] ^= 0x5a }
        // It may show as a row that makes no sense before the checksum does.
        #expect(fault(packed) != nil)
        var head = gzip(Self.text)
        head[10] |= 0x06
        #expect(fault(head)?.code == .gzipCorrupt)
        var checksum = gzip(Self.text)
        checksum[checksum.count - 6] ^= 1
        let error = try #require(fault(checksum))
        #expect(error.code == .gzipCorrupt && error.goodRows == 50_000)
    }

    @Test("the limit of bytes holds after decompression")
    func bomb() {
        let packed = gzip([UInt8](repeating: UInt8(ascii: "\n"), count: 3_000_000))
        #expect(packed.count < 10_000)
        #expect(fault(packed) { $0.limits.textBytes = 2_000_000 }?.code == .tooLarge)
    }
}
