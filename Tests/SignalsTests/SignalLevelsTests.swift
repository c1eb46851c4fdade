import Signals
import Testing
import Trading

@Suite("Levels of signals")
struct SignalLevelsTests {
    private func price(_ units: Int64) -> Price { Price(raw: units * 1_000_000_000) }

    private func levels(_ entry: Int64, isUp: Bool, supports: [Int64] = [], resistances: [Int64] = []) -> SignalLevels {
        SignalLevels(
            entry: price(entry), isUp: isUp, range: price(8), supports: supports.map(price),
            resistances: resistances.map(price), tick: price(1))
    }

    @Test("without structure the stop is 1.5 ranges away, and the target twice as far")
    func byRange() {
        let up = levels(1000, isUp: true)
        #expect((up.stop, up.target) == (price(988), price(1024)))
        #expect(up.riskReward == 2)
        let down = levels(1000, isUp: false)
        #expect((down.stop, down.target) == (price(1012), price(976)))
    }

    @Test("the stop lies a quarter range behind a level that is near enough, the target at one that is far enough")
    func byStructure() {
        // 3 below is too near, 30 too far; 12 above is less than 1.5 times the risk of 12.
        let up = levels(1000, isUp: true, supports: [997, 990, 970], resistances: [1012, 1030])
        #expect((up.stop, up.target) == (price(988), price(1030)))
        #expect(up.riskReward == 2.5)
        let down = levels(1000, isUp: false, supports: [988, 960], resistances: [1003, 1010])
        #expect((down.stop, down.target) == (price(1012), price(960)))
    }

    @Test("stop and target stand on their sides of the entry, above zero and on the tick, whatever the market")
    func alwaysSensible() {
        var seed: UInt64 = 42
        func draw(_ bound: UInt64) -> Int64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((seed >> 20) % bound)
        }
        for _ in 0..<20_000 {
            let tick = [1, 1_000, 10_000_000][Int(draw(3))] as Int64
            let entry = Price(raw: tick * (4 + draw(1_000_000)))
            let isUp = draw(2) == 0
            func near() -> Price { Price(raw: max(entry.raw + draw(UInt64(entry.raw)) - entry.raw / 2, 1)) }
            let nearby = (0..<6).map { _ in near() }
            let found = SignalLevels(
                entry: entry, isUp: isUp, range: Price(raw: draw(UInt64(entry.raw) * 2) - 10),
                supports: nearby.filter { $0 <= entry }, resistances: nearby.filter { $0 > entry },
                tick: Price(raw: tick))
            #expect(isUp ? found.stop < entry && found.target > entry : found.stop > entry && found.target < entry)
            #expect(found.stop > .zero && found.target > .zero)
            #expect(found.stop.raw % tick == 0 && found.target.raw % tick == 0)
            #expect(found.riskReward > 0)
        }
    }

    @Test("a verdict compares with the price at the making; hold is right within its band")
    func verdicts() {
        func of(_ direction: Opinion.Direction, _ later: Int64) -> SignalVerdict {
            SignalVerdict.of(direction, from: price(100), to: price(later), band: price(3))
        }
        #expect((of(.buy, 101), of(.buy, 100)) == (.right, .wrong))
        #expect((of(.sell, 99), of(.sell, 100)) == (.right, .wrong))
        #expect((of(.hold, 103), of(.hold, 97), of(.hold, 104)) == (.right, .right, .wrong))
    }

    @Test("the band of hold grows with the root of the horizon")
    func band() {
        #expect(SignalVerdict.band(range: price(4), bar: 60, horizon: 60) == price(2))
        #expect(SignalVerdict.band(range: price(4), bar: 60, horizon: 3600).raw == 15_491_933_385)
    }
}
