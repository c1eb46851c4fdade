import Testing
import Trading

@Suite("Facts as bytes")
struct FactCodingTests {
    private static let intent = OrderIntent(
        strategy: 1, instrument: 2, tag: 3, side: .sell, kind: .stopLimit, quantity: Quantity(raw: 4),
        price: Price(raw: 5), stopPrice: Price(raw: -6), timeInForce: .day, reduceOnly: true, origin: .liquidation)

    private static var order: Order {
        var order = Order(
            id: 7, intent: intent, account: 8, protection: Price(raw: 9), at: Timestamp(nanoseconds: 10))
        order.state = .partiallyFilled
        order.isTriggered = true
        order.filled = Quantity(raw: 1)
        order.filledValue = Money(raw: -(Int128(1) << 90))
        order.priority = 11
        order.updatedAt = Timestamp(nanoseconds: 12)
        return order
    }

    private static let findings = [
        Finding(.position, .positionQuantity, scope: .account, observed: -1, limit: Int128(1) << 100),
        Finding(.exposure, .netExposure, scope: .strategy, observed: 3, limit: 2, used: -(Int128(1) << 99)),
        Finding(.tradingState, .halted, scope: .system), Finding(.selfTrade, .crossesOwnOrder),
    ]

    private static var denial: Denial {
        Denial(
            intent: intent, orderID: 13, account: 14, failedRules: 17, firstFinding: 1, findingCount: 2,
            time: Timestamp(nanoseconds: 15))
    }

    private static let fill = Fill(
        id: 1, orderID: 2, strategy: 3, account: 4, instrument: 5, side: .buy, liquidity: .maker, price: Price(raw: 6),
        quantity: Quantity(raw: 7), value: Money(raw: 8), commission: Money(raw: -9), time: Timestamp(nanoseconds: 10))

    private static let trip = RoundTrip(
        id: 1, strategy: 2, instrument: 3, side: .sell, quantity: Quantity(raw: 4),
        entryTime: Timestamp(nanoseconds: 5), entryPrice: Price(raw: 6), exitTime: Timestamp(nanoseconds: 7),
        exitPrice: Price(raw: 8), commission: Money(raw: 9), pnl: Money(raw: -10))

    private static var all: [TradingEvent] {
        let time = Timestamp(nanoseconds: 0x0102_0304_0506_0708)
        return [
            .orderAccepted(order), .orderDenied(denial), .orderChanged(order, .triggered), .orderFilled(fill),
            .roundTripClosed(trip), .tradingStateChanged(scope: .instrument, index: 3, state: .halted, time: time),
            .intentRefused(strategy: 4, type: 5, fault: .badSignal, count: 6, time: time),
            .priceMarked(instrument: 7, price: Price(raw: 8), time: time),
            .orderRested(id: 9, instrument: 10, time: time),
            .equityPeaked(EquityPeak(scope: .strategy, index: 1, equity: Money(raw: 2), time: time)),
            .runawayLatched(
                RunawayLatch(strategy: 3, isLatched: true, cause: .denials, count: 4, limit: 5, time: time)),
        ]
    }

    private static func bytes(_ events: [TradingEvent]) -> [UInt8] {
        var bytes: [UInt8] = []
        for event in events { FactCoding.append(event, findings: findings, to: &bytes) }
        return bytes
    }

    @Test("every fact comes back as it was")
    func roundTrip() throws {
        let bytes = Self.bytes(Self.all + Self.all)
        let (events, findings) = try FactCoding.read(bytes)
        #expect(events.count == 2 * Self.all.count)
        var again: [UInt8] = []
        for event in events { FactCoding.append(event, findings: findings, to: &again) }
        #expect(again == bytes)
        for place in [0, Self.all.count] {
            guard case .orderAccepted(Self.order) = events[place], case .orderDenied(let denial) = events[place + 1],
                case .orderChanged(Self.order, .triggered) = events[place + 2],
                case .orderFilled(Self.fill) = events[place + 3], case .roundTripClosed(Self.trip) = events[place + 4]
            else {
                Issue.record("facts from \(place) on: \(events)")
                return
            }
            #expect(denial.intent == Self.intent && denial.orderID == 13 && denial.account == 14)
            #expect(findings[denial.findings] == Self.findings[1...2])
        }
        #expect(findings.count == 4)
    }

    @Test("the bytes are the documented layout, so that old journals stay readable")
    func layout() {
        let time: [UInt8] = [8, 7, 6, 5, 4, 3, 2, 1]
        #expect(Self.bytes([Self.all[5]]) == [6, 3, 3, 0, 0, 0, 2] + time)
        #expect(Self.bytes([Self.all[6]]) == [7, 4, 0, 0, 0, 5, 0, 17, 6, 0, 0, 0] + time)
        #expect(Self.bytes([Self.all[7]]) == [9, 7, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0] + time)
        #expect(Self.bytes([Self.all[8]]) == [10, 9, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0] + time)
        let money: [UInt8] = [2] + Array(repeating: 0, count: 15)
        #expect(Self.bytes([Self.all[9]]) == [20, 2, 1, 0, 0, 0] + money + time)
        #expect(Self.bytes([Self.all[10]]) == [21, 3, 0, 0, 0, 1, 1, 4, 0, 0, 0, 5, 0, 0, 0] + time)
        let intent: [UInt8] =
            [
                1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 4, 1, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0,
                0, 0,
            ]
            + [0xFA, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(Array(Self.bytes([Self.all[0]]).prefix(1 + intent.count)) == [1] + intent)
        #expect(Self.all.map { Self.bytes([$0]).count } == [116, 163, 118, 87, 90, 15, 20, 21, 21, 30, 23])
    }

    @Test("cut off anywhere, the last fact is missing bytes, and nothing traps")
    func truncated() {
        for event in Self.all {
            let whole = Self.bytes([event])
            for length in 1..<whole.count {
                do {
                    _ = try FactCoding.read(Array(whole.prefix(length)))
                    Issue.record("\(event) read from \(length) of \(whole.count) bytes")
                } catch {
                    guard case .truncated = error.reason else {
                        Issue.record("\(error)")
                        continue
                    }
                }
            }
        }
    }

    @Test("unknown numbers are faults that name them")
    func unknown() {
        func fault(_ bytes: [UInt8]) -> String? {
            do {
                _ = try FactCoding.read(bytes)
                return nil
            } catch { return error.description }
        }
        #expect(fault([]) == nil)
        #expect(fault([77]) == "byte 0: kind of fact 77 is unknown")
        #expect(fault([2]) == "byte 0: kind of fact 2 is unknown")
        var bytes = Self.bytes([Self.all[5]])
        bytes[1] = 9
        #expect(fault(bytes) == "byte 1: scope 9 is unknown")
        bytes = Self.bytes([Self.all[0]])
        bytes[20] = 2
        #expect(fault(bytes) == "byte 20: truth value 2 is unknown")
        #expect(fault(Array(Self.bytes([Self.all[7]]).dropLast(3))) == "cut off at byte 13: 3 more are needed")
    }

    @Test("random bytes are read or refused, never a trap")
    func random() {
        var state: UInt64 = 1
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        var read = 0
        for length in 0..<4000 {
            var bytes = (0..<(length % 60)).map { _ in next() }
            if !bytes.isEmpty { bytes[0] = 1 + bytes[0] % 10 }
            if (try? FactCoding.read(bytes)) != nil { read += 1 }
        }
        #expect(read > 0)
    }

    /// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
    @Test("the checksum is CRC-32C as published")
    func checksum() {
        #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.crc32c(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.crc32c(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Checksum.crc32c(Array(0..<32)) == 0x46DD_794E)
    }
}
