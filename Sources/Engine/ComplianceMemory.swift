import Controls
import Trading

/// What the rules of an account's compliance program have to remember. It follows from the facts alone, so that a replay of
/// the journal brings it back; plain values of a fixed size.
struct ComplianceMemory: Sendable, BitwiseCopyable {
    typealias Lock = OrderContext.Program.Lock

    /// Of the account's day `day`.
    var day: Int64 = .min
    var messages: Int64 = 0
    var fills: Int64 = 0
    /// Times of the last large orders that were cancelled too soon; the oldest is replaced.
    private var quickCancels = InlineArray<16, Timestamp>(repeating: Timestamp(nanoseconds: .min))
    private var nextCancel = 0
    /// Round trips within the day `day - n` at n: the present day first.
    private var dayTrades = InlineArray<32, Int32>(repeating: 0)
    private(set) var lock = Lock.none
    /// Balance at the start of the newest day; nil before the first.
    private var lastStart: Money?
    /// The highest equity that a day started with.
    private(set) var highestStart: Money?
    /// Of all days that have ended.
    private(set) var profit = Money.zero
    private(set) var bestDay = Money.zero

    init() {}

    /// A day of the account has begun, or shows itself by a fact of its own.
    mutating func pass(to newDay: Int64) {
        guard newDay > day else { return }
        let (span, isBeyond) = newDay.subtractingReportingOverflow(day)
        let passed = isBeyond ? 32 : min(span, 32)
        for index in stride(from: 31, through: 0, by: -1) {
            dayTrades[index] = Int64(index) >= passed ? dayTrades[index - Int(passed)] : 0
        }
        day = newDay
        messages = 0
        fills = 0
        if lock == .day { lock = .none }
    }

    mutating func start(_ start: DayStart) {
        pass(to: start.day)
        if let lastStart {
            let result = start.balance - lastStart
            profit += result
            bestDay = max(bestDay, result)
        }
        lastStart = start.balance
        highestStart = max(highestStart ?? start.equity, start.equity)
    }

    mutating func addQuickCancel(at time: Timestamp) {
        quickCancels[nextCancel] = time
        nextCancel = (nextCancel + 1) % ComplianceTerms.Spoofing.cancelsMax
    }

    func quickCancels(within window: Int64, before time: Timestamp) -> Int32 {
        var count: Int32 = 0
        for index in 0..<16 where Int128(time.nanoseconds) - Int128(quickCancels[index].nanoseconds) <= Int128(window) {
            count += 1
        }
        return count
    }

    mutating func addDayTrade() { dayTrades[0] &+= 1 }

    func dayTrades(ofDays count: Int32) -> Int32 {
        var sum: Int32 = 0
        for index in 0..<Int(min(count, 32)) { sum &+= dayTrades[index] }
        return sum
    }

    /// A total lock is the stronger one.
    mutating func close(_ lock: Lock) { if lock.rawValue > self.lock.rawValue { self.lock = lock } }
    mutating func release() { lock = .none }
}

// MARK: - In a checkpoint

extension ComplianceMemory {
    static let size = 8 + 8 + 8 + 16 * 8 + 8 + 32 * 4 + 1 + 2 * 17 + 2 * 16

    func encode(into writer: inout ByteWriter) {
        writer.put(day)
        writer.put(messages)
        writer.put(fills)
        for index in 0..<16 { writer.put(quickCancels[index]) }
        writer.put(Int64(nextCancel))
        for index in 0..<32 { writer.put(dayTrades[index]) }
        writer.put(lock.rawValue)
        for amount in [lastStart, highestStart] {
            writer.put(amount != nil)
            writer.put(amount ?? .zero)
        }
        writer.put(profit)
        writer.put(bestDay)
    }

    init(from reader: inout ByteReader) throws(CodingFault) {
        day = try reader.number()
        guard day == .min || (-1_000_000...1_000_000).contains(day) else { throw reader.fault("day \(day)") }
        messages = try reader.number()
        fills = try reader.number()
        let countable: Range<Int64> = 0..<1 << 48
        guard countable.contains(messages), countable.contains(fills) else {
            throw reader.fault("\(messages) messages and \(fills) fills")
        }
        for index in 0..<16 { quickCancels[index] = try reader.instantOrNever() }
        let next = try reader.number(Int64.self)
        guard (0..<16).contains(next) else { throw reader.fault("place \(next) of 16 cancels") }
        nextCancel = Int(next)
        for index in 0..<32 {
            let count = try reader.number(Int32.self)
            guard (0...1_000_000).contains(count) else { throw reader.fault("\(count) day trades") }
            dayTrades[index] = count
        }
        lock = try reader.choice("lock of a compliance program")
        lastStart = try Self.amount(&reader)
        highestStart = try Self.amount(&reader)
        profit = try reader.summable("profit")
        bestDay = try reader.summable("best day")
    }

    private static func amount(_ reader: inout ByteReader) throws(CodingFault) -> Money? {
        let isThere = try reader.bool()
        let amount = try reader.summable("start of a day")
        return isThere ? amount : nil
    }
}

extension ByteReader {
    /// A time of a market, or the one that means that it never was.
    mutating func instantOrNever() throws(CodingFault) -> Timestamp {
        let time = try timestamp()
        guard time.nanoseconds == .min || time.isPlausible else { throw fault("time \(time.nanoseconds)") }
        return time
    }
}
