import CStrategyABI
import MarketData
import Testing
import Trading

/// Whatever a file holds, the reader answers with data or an error. Failures print the seed.
@Suite("Any bytes")
struct FuzzTests {
    private static let seeds: [String] = [
        "timestamp,open,high,low,close,volume,vwap,trades\n2022-01-01 00:00:00,1,2,1,2,10,1.5,3\n2022-01-01 00:01:00.5,1,2,1,2,10,1.5,3\n",
        "timestamp_ms,trade_id,side,price,quantity\n1570752011620,13519807,sell,0.00141342,23.0\n1570752011621,1,buy,1e-3,1\n",
        "20200101 170000065,1.121200,1.121720,0\n20200101 170010447,1.121200,1.121920,0\n",
        "ts;bid;ask;bid_size;ask_size;symbol\n2022-01-01T00:00:00+01:00;\"1\";2;3;4;A\n",
    ]
    private static let alphabet = Array("0123456789,.;:-+eETZ \"\r\n\t\0nNaif\u{7f}".utf8) + [0xff, 0xc3, 0x1f, 0x8b]

    private static func consistent(_ bytes: [UInt8], seed: UInt64) {
        let outcome = Result { () throws(MarketDataError) in
            try read(bytes) {
                $0.badRowsMax = Int(seed % 3)
                $0.ignoresUnknownColumns = seed % 2 == 0
                $0.zone = seed % 5 == 0 ? StampZone("America/New_York")! : .utc
            }
        }
        switch outcome {
        case .failure(let error): #expect(!error.reason.isEmpty && error.goodRows >= 0, "seed \(seed)")
        case .success(let file):
            let times = file.seconds
            #expect(!times.isEmpty && times == times.sorted(), "seed \(seed)")
            for bar in file.bars {
                #expect(bar.low > 0 && bar.low <= min(bar.open, bar.close), "seed \(seed)")
                #expect(bar.high >= max(bar.open, bar.close), "seed \(seed)")
            }
            _ = file.instrument(id: "X").problems
            _ = file.events(withBars: [.oneMinute, .oneDay])
        }
    }

    @Test("random bytes never crash the reader")
    func randomBytes() {
        for seed in UInt64(0)..<1000 {
            var random = RandomStream(seed: seed)
            let count = Int(random.below(400))
            let fromAlphabet = seed % 4 != 0
            let bytes = (0..<count).map { _ in
                fromAlphabet
                    ? Self.alphabet[Int(random.below(Int64(Self.alphabet.count)))]
                    : UInt8(truncatingIfNeeded: random.next())
            }
            Self.consistent(bytes, seed: seed)
            Self.consistent([0x1f, 0x8b, 8, 0] + bytes, seed: seed)
        }
    }

    @Test("good files with a few bytes changed never crash the reader")
    func mutations() {
        for seed in UInt64(0)..<1000 {
            var random = RandomStream(seed: seed)
            var bytes = Array(Self.seeds[Int(random.below(Int64(Self.seeds.count)))].utf8)
            for _ in 0..<random.within(1...4) {
                let place = Int(random.below(Int64(bytes.count)))
                switch random.below(3) {
                case 0: bytes[place] = Self.alphabet[Int(random.below(Int64(Self.alphabet.count)))]
                case 1: bytes.insert(Self.alphabet[Int(random.below(Int64(Self.alphabet.count)))], at: place)
                default: bytes.remove(at: place)
                }
            }
            Self.consistent(bytes, seed: seed)
            var packed = gzip(bytes)
            packed[Int(random.below(Int64(packed.count)))] ^= 1 << UInt8(random.below(8))
            Self.consistent(packed, seed: seed)
        }
    }
}
