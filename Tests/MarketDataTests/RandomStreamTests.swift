import CStrategyABI
import MarketData
import Testing
import Trading

/// Vectors from reference.py, written there from the algorithms' public descriptions.
@Suite("Random numbers")
struct RandomStreamTests {
    @Test(
        "SplitMix64",
        arguments: [
            (0, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]),
            (1, [0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67, 0xf893_a2ee_fb32_555e]),
            (.max, [0xe4d9_7177_1b65_2c20, 0xe99f_f867_dbf6_82c9, 0x382f_f84c_b272_81e9]),
        ] as [(UInt64, [UInt64])])
    func splitMix(_ seed: UInt64, _ expected: [UInt64]) {
        var mixer = SplitMix64(seed: seed)
        #expect(expected.map { _ in mixer.next() } == expected)
    }

    @Test(
        "xoshiro256** and its jump",
        arguments: [
            (
                0,
                [
                    0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0, 0xc181_a535_1faa_0ac9,
                    0x8464_8805_e447_e9ed, 0x5837_ced6_63b8_07fb,
                ]
            ),
            (
                1,
                [
                    0xb3f2_af6d_0fc7_10c5, 0x853b_5596_4736_4cea, 0x92f8_9756_082a_4514, 0xf8ad_16e5_5af2_b925,
                    0xa48c_f0ed_94b6_199d, 0x29af_a97f_d485_baf4,
                ]
            ),
            (
                .max,
                [
                    0x8f55_20d5_2a7e_ad08, 0xc476_a018_caa1_802d, 0x81de_31c0_d260_469e, 0x7a91_9e36_50a8_06a8,
                    0x3ec2_a2f3_60c9_f6f6, 0xe130_ad05_84ba_c149,
                ]
            ),
        ] as [(UInt64, [UInt64])])
    func xoshiro(_ seed: UInt64, _ expected: [UInt64]) {
        var stream = RandomStream(seed: seed)
        var numbers = [stream.next(), stream.next(), stream.next()]
        var checksum = Checksum()
        for _ in 0..<1000 { checksum.add(stream.next()) }
        numbers.append(checksum.value)
        stream.jump()
        numbers += [stream.next(), stream.next()]
        #expect(numbers == expected)
    }

    @Test("the shapes have the mean and deviation that they promise")
    func shapes() {
        var stream = RandomStream(seed: 7)
        let count = 200_000
        let normal = (0..<count).map { _ in Double(stream.normal()) / 65_536 }
        let mean = normal.reduce(0, +) / Double(count)
        let variance = normal.map { $0 * $0 }.reduce(0, +) / Double(count)
        #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
        let exponential = (0..<count).map { _ in Double(stream.exponential()) / 65_536 }
        #expect(exponential.allSatisfy { $0 >= 0 })
        let average = exponential.reduce(0, +) / Double(count)
        #expect(abs(average - 1) < 0.05)
        let beyond = exponential.filter { $0 > 3 }.count
        // e^-3 = 5 %
        #expect(abs(Double(beyond) / Double(count) - 0.0498) < 0.01)
        let dice = (0..<count).map { _ in stream.within(1...6) }
        for face in Int64(1)...6 { #expect(abs(dice.filter { $0 == face }.count - count / 6) < 800) }
    }
}
