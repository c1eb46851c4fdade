internal import Trading

/// Turns the time column into instants.
struct StampReader {
    /// Times lie in 1900…2199, so that adding an interval or an offset cannot overflow.
    private static let firstInstant: Int64 = -2_208_988_800_000_000_000
    private static let endInstant: Int64 = 7_258_118_400_000_000_000

    let unit: EpochUnit
    let zone: StampZone
    private var zoneCache = StampZone.Cache()
    // The ten bytes of the last date and what they mean: rows of one day share them.
    private var dateHead: UInt64 = 0
    private var dateTail: UInt16 = 0
    private var dateNanoseconds: Int64 = 0

    init(unit: EpochUnit, zone: StampZone) {
        self.unit = unit
        self.zone = zone
    }

    /// Any of the known forms; nil when it is none of them or out of range.
    mutating func read(_ field: UnsafeRawBufferPointer, earliest: Int64) -> Int64? {
        if let epoch = epoch(field) { return inRange(epoch) }
        var cursor = StampCursor(field)
        guard let (local, offset) = cursor.dateAndTime() else { return nil }
        return inRange(offset.map { local - $0 } ?? instant(ofLocal: local, earliest: earliest))
    }

    private mutating func instant(ofLocal local: Int64, earliest: Int64) -> Int64 {
        zone.instant(ofLocal: local, earliest: earliest, cache: &zoneCache)
    }

    private func inRange(_ instant: Int64) -> Int64? {
        instant >= StampReader.firstInstant && instant < StampReader.endInstant ? instant : nil
    }

    /// A plain number counts from 1970. Its unit is the header's, or follows from its digits before the point: up to 11
    /// seconds, 14 milliseconds, 17 microseconds, else nanoseconds; but 8, 14 and 17 digits without a point are a
    /// calendar date (20220131, 20220131235959, 20220131235959123).
    private func epoch(_ field: UnsafeRawBufferPointer) -> Int64? {
        var whole = 0
        var hasPoint = false
        for (index, byte) in field.enumerated() {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte &- UInt8(ascii: "0") < 10 {
                if !hasPoint { whole += 1 }
            } else if index > 0 || byte != UInt8(ascii: "-") {
                return nil
            }
        }
        let scale: Int
        switch unit {
        case .seconds: scale = 9
        case .milliseconds: scale = 6
        case .microseconds: scale = 3
        case .nanoseconds: scale = 0
        case .calendar: return nil
        case .byMagnitude:
            if !hasPoint, whole == 8 || whole == 14 || whole == 17 { return nil }
            scale = whole <= 11 ? 9 : whole <= 14 ? 6 : whole <= 17 ? 3 : 0
        }
        return (try? DecimalField.parse(field, scale: scale, rounds: false))?.raw
    }

    // MARK: The two frequent forms, without looking for the end of the field first

    /// "2022-01-31 23:59:59[.123456]" at `text`, ended by `delimiter` or at `end`. The buffer goes on for at least
    /// 32 bytes behind `end`. nil = read it the thorough way.
    @inline(__always)
    mutating func fastCalendar(
        _ text: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, delimiter: UInt8, earliest: Int64
    ) -> Int64? {
        let p = text
        guard p[4] == UInt8(ascii: "-"), p[7] == UInt8(ascii: "-"), p[13] == UInt8(ascii: ":"),
            p[16] == UInt8(ascii: ":"), p[10] == UInt8(ascii: " ") || p[10] == UInt8(ascii: "T"), p + 19 <= end
        else { return nil }
        let raw = UnsafeRawPointer(p)
        let head = raw.loadUnaligned(as: UInt64.self)
        let tail = raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if head != dateHead || tail != dateTail {
            guard rememberDate(UnsafeRawBufferPointer(start: raw, count: 10)) else { return nil }
        }
        let hour = StampReader.two(p + 11)
        let minute = StampReader.two(p + 14)
        let second = StampReader.two(p + 17)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var q = p + 19
        var nanoseconds: Int64 = 0
        if q < end, q.pointee == UInt8(ascii: ".") {
            q += 1
            let start = q
            while q.pointee &- UInt8(ascii: "0") < 10, q - start < 9 {
                nanoseconds = nanoseconds * 10 + Int64(q.pointee &- UInt8(ascii: "0"))
                q += 1
            }
            let digits = q - start
            guard digits > 0 else { return nil }
            nanoseconds &*= StampReader.powerOfTen(9 - digits)
        }
        guard q == end || q.pointee == delimiter else { return nil }
        let seconds = Int64(hour &* 3600 &+ minute &* 60 &+ second)
        text = q
        return inRange(
            instant(ofLocal: dateNanoseconds &+ seconds &* 1_000_000_000 &+ nanoseconds, earliest: earliest))
    }

    /// Epoch digits at `text` whose count says their unit.
    @inline(__always)
    func fastEpoch(
        _ text: inout UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, delimiter: UInt8
    ) -> Int64? {
        var q = text
        var value: Int64 = 0
        while q.pointee &- UInt8(ascii: "0") < 10, q - text < 18 {
            value = value &* 10 &+ Int64(q.pointee &- UInt8(ascii: "0"))
            q += 1
        }
        let digits = q - text
        guard q == end || q.pointee == delimiter else { return nil }
        let factor: Int64
        switch (unit, digits) {
        case (.byMagnitude, 10), (.seconds, 1...10): factor = 1_000_000_000
        case (.byMagnitude, 13), (.milliseconds, 1...13): factor = 1_000_000
        case (.byMagnitude, 16), (.microseconds, 1...16): factor = 1_000
        default: return nil
        }
        let (instant, overflow) = value.multipliedReportingOverflow(by: factor)
        guard !overflow, let instant = inRange(instant) else { return nil }
        text = q
        return instant
    }

    private mutating func rememberDate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = StampCursor(bytes)
        guard let date = cursor.dateAndTime() else { return false }
        dateHead = bytes.loadUnaligned(as: UInt64.self)
        dateTail = bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        dateNanoseconds = date.local
        return true
    }

    /// Two digits, or a number above 99 when they are none.
    @inline(__always)
    private static func two(_ text: UnsafePointer<UInt8>) -> Int {
        let tens = text[0] &- UInt8(ascii: "0")
        let ones = text[1] &- UInt8(ascii: "0")
        return tens < 10 && ones < 10 ? Int(tens) &* 10 &+ Int(ones) : 100
    }

    @inline(__always)
    static func powerOfTen(_ exponent: Int) -> Int64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        case 8: 100_000_000
        default: 1_000_000_000
        }
    }
}
