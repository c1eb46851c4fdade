import Testing
import Trading

@Suite("Trading calendar")
struct TradingCalendarTests {
    static func session(_ open: Int64, _ close: Int64) -> TradingCalendar.Session {
        TradingCalendar.Session(open: Timestamp(nanoseconds: open), close: Timestamp(nanoseconds: close))
    }

    @Test("is open from the opening instant up to, not including, the close")
    func boundaries() {
        let calendar = TradingCalendar(name: "two", sessions: [Self.session(30, 40), Self.session(-20, -10)])
        let open: [(Int64, Bool)] = [
            (Int64.min, false), (-21, false), (-20, true), (-11, true), (-10, false), (0, false), (29, false),
            (30, true),
            (39, true), (40, false), (Int64.max, false),
        ]
        for (time, expected) in open {
            #expect(calendar.isOpen(at: Timestamp(nanoseconds: time)) == expected, "at \(time)")
        }
    }

    @Test("has no gap between sessions that touch")
    func touching() {
        let calendar = TradingCalendar(name: "touching", sessions: [Self.session(0, 10), Self.session(10, 20)])
        for time in Int64(0)..<20 { #expect(calendar.isOpen(at: Timestamp(nanoseconds: time))) }
        #expect(!calendar.isOpen(at: Timestamp(nanoseconds: 20)))
    }

    @Test("is always open without a list of sessions, never with an empty one")
    func extremes() {
        #expect(TradingCalendar.alwaysOpen.isOpen(at: Timestamp(nanoseconds: Int64.min)))
        #expect(!TradingCalendar(name: "closed", sessions: []).isOpen(at: Timestamp(nanoseconds: 0)))
    }

    @Test("finds the session among many, as a search of all of them does")
    func manySessions() {
        var random = SeededGenerator(seed: 4)
        var sessions: [TradingCalendar.Session] = []
        var time: Int64 = -5000
        for _ in 0..<200 {
            let open = time + Int64.random(in: 0...30, using: &random)
            time = open + Int64.random(in: 1...30, using: &random)
            sessions.append(Self.session(open, time))
        }
        let calendar = TradingCalendar(name: "many", sessions: sessions.shuffled(using: &random))
        for instant in Int64(-5050)...(time + 50) {
            let now = Timestamp(nanoseconds: instant)
            let expected = sessions.contains { $0.open <= now && now < $0.close }
            guard calendar.isOpen(at: now) == expected else {
                Issue.record("at \(instant)")
                return
            }
        }
    }
}
