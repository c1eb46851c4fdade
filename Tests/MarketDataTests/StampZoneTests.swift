import CStrategyABI
import MarketData
import Testing
import Trading

/// Instants from Python's zoneinfo (reference.py).
@Suite("Zones of stamps")
struct StampZoneTests {
    private func seconds(_ zone: String, _ stamps: String...) throws -> [Int64] {
        let zone = try #require(StampZone(zone))
        let rows = stamps.map { "\($0),1,1\n" }.joined()
        return try read("time,price,size\n" + rows) { $0.zone = zone }.seconds
    }

    @Test(
        "a local time becomes the instant that the zone's rules give",
        arguments: [
            ("America/New_York", "2022-01-15 12:00", 1_642_266_000),
            ("America/New_York", "2022-07-15 12:00", 1_657_900_800),
            ("America/New_York", "2022-03-13 01:59", 1_647_154_740),
            ("America/New_York", "2022-03-13 03:00", 1_647_154_800),
            ("Asia/Kolkata", "2022-07-15 12:00", 1_657_866_600), ("Europe/Moscow", "2011-01-15 12:00", 1_295_082_000),
            ("Europe/Moscow", "2012-01-15 12:00", 1_326_614_400), ("Europe/Moscow", "2015-01-15 12:00", 1_421_312_400),
            ("Pacific/Apia", "2011-12-29 12:00", 1_325_196_000), ("Pacific/Apia", "2011-12-31 12:00", 1_325_282_400),
            ("Asia/Tokyo", "1965-06-01 00:00", -144_752_400), ("America/New_York", "2045-07-15 12:00", 2_383_747_200),
            ("-05:00", "2022-07-15 12:00", 1_657_904_400), ("+0530", "2022-07-15 12:00", 1_657_866_600),
            ("+9", "1965-06-01 00:00", -144_752_400), ("UTC", "2022-07-15 12:00", 1_657_886_400),
        ] as [(String, String, Int64)])
    func instants(_ zone: String, _ stamp: String, _ expected: Int64) throws {
        #expect(try seconds(zone, stamp) == [expected])
    }

    @Test("a time that a change leaves out is read with the offset before it")
    func gap() throws {
        #expect(try seconds("America/New_York", "2022-03-13 02:30") == [1_647_156_600])
        #expect(try seconds("Europe/London", "2022-03-27 01:30") == [1_648_344_600])
    }

    @Test("a time that happens twice is the earlier one, unless the rows before have passed that")
    func ambiguity() throws {
        #expect(try seconds("America/New_York", "2022-11-06 01:30") == [1_667_712_600])
        #expect(try seconds("Europe/London", "2022-10-30 01:30") == [1_667_089_800])
        #expect(try seconds("Australia/Lord_Howe", "2022-04-03 01:45") == [1_648_910_700])
        #expect(
            try seconds(
                "America/New_York", "2022-11-06 01:00", "2022-11-06 01:30", "2022-11-06 01:00", "2022-11-06 01:30")
                == [1_667_710_800, 1_667_712_600, 1_667_714_400, 1_667_716_200])
    }

    @Test("hourly bars through both changes are an hour apart")
    func hourlyBars() throws {
        let zone = try #require(StampZone("America/New_York"))
        let hours = ["06 00:00", "06 01:00", "06 01:00", "06 02:00", "06 03:00"].map { "2022-11-\($0),1,1,1,1\n" }
        let file = try read("time,open,high,low,close\n" + hours.joined()) { $0.zone = zone }
        #expect(file.interval == 3_600_000_000_000)
        #expect(zip(file.seconds, file.seconds.dropFirst()).allSatisfy { $1 - $0 == 3600 })
        let spring = ["13 00:00", "13 01:00", "13 03:00", "13 04:00"].map { "2022-03-\($0),1,1,1,1\n" }
        let second = try read("time,open,high,low,close\n" + spring.joined()) { $0.zone = zone }
        #expect(zip(second.seconds, second.seconds.dropFirst()).allSatisfy { $1 - $0 == 3600 })
    }

    @Test("an offset in the stamp wins, and epoch numbers are UTC")
    func explicit() throws {
        #expect(try seconds("America/New_York", "2022-07-15 12:00:00Z") == [1_657_886_400])
        #expect(try seconds("Asia/Kolkata", "2022-07-15T12:00:00-05:00") == [1_657_904_400])
        #expect(try seconds("Asia/Kolkata", "1657886400") == [1_657_886_400])
    }

    @Test(
        "what is no zone is none",
        arguments: ["", "Mars/Olympus", "+", "-5:0", "+25:00", "-05:00x", "../etc/passwd", ":x"])
    func unknown(_ name: String) {
        #expect(StampZone(name) == nil)
    }
}
