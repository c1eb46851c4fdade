import Dispatch
import FoundationEssentials
import Glibc
import Journal
import Synchronization
import Trading

/// Durable orders through a real journal: what the engine thread hands over when orders are accepted and filled, and how
/// long it takes until the disk has them.
struct JournalLoad {
    /// How orders come: so many in a batch, so many batches under way.
    struct Shape: Sendable {
        let id: String
        let orders: Int
        let inFlight: Int
    }

    /// The first is one order after the other, the others what a busy host hands over.
    static let shapes = [
        Shape(id: "journal_alone", orders: 1, inFlight: 1), Shape(id: "journal_1", orders: 1, inFlight: 32),
        Shape(id: "journal_10", orders: 10, inFlight: 32), Shape(id: "journal_100", orders: 100, inFlight: 32),
    ]

    /// What one shape came to.
    struct Result {
        var orders = 0
        var seconds = 0.0
        /// From the hand-over of a batch to its acknowledgement, sorted.
        var nanoseconds: [Int64] = []
        var fileBytes = 0

        func quantile(_ share: Double) -> Double {
            Double(nanoseconds[min(nanoseconds.count - 1, Int(Double(nanoseconds.count) * share))])
        }
    }

    /// Rows that an order leaves for queries: itself, the gate's decision and its fill.
    static let rowsPerOrder = 3

    let path: String
    let seconds: Double

    func run(_ shape: Shape) throws(JournalError) -> Result {
        removeFiles()
        defer { removeFiles() }
        let empty = try Journal.open(path: path)
        try empty.close()
        let emptyBytes = fileBytes
        let journal = try Journal.open(path: path)
        let acknowledgements = Acknowledgements()
        let room = DispatchSemaphore(value: shape.inFlight)
        let begin = MonotonicClock.now
        var orders = 0
        while MonotonicClock.now - begin < Int64(seconds * 1e9), acknowledgements.failure == nil {
            let batch = JournalLoad.batch(first: orders, count: shape.orders)
            orders += shape.orders
            room.wait()
            let handedOver = MonotonicClock.now
            journal.append(batch) { outcome in
                acknowledgements.take(outcome, MonotonicClock.now - handedOver)
                room.signal()
            }
        }
        for _ in 0..<shape.inFlight { room.wait() }
        var result = Result(orders: orders, seconds: Double(MonotonicClock.now - begin) / 1e9)
        // The semaphore must end with the value that it began with.
        for _ in 0..<shape.inFlight { room.signal() }
        if let failure = acknowledgements.failure {
            try? journal.close()
            throw failure
        }
        try journal.close()
        result.nanoseconds = acknowledgements.sorted()
        result.fileBytes = fileBytes - emptyBytes
        return result
    }

    private final class Acknowledgements: Sendable {
        private let times = Mutex<[Int64]>([])
        private let refusal = Mutex<JournalError?>(nil)

        var failure: JournalError? { refusal.withLock { $0 } }

        func take(_ outcome: Swift.Result<Void, JournalError>, _ nanoseconds: Int64) {
            switch outcome {
            case .success: times.withLock { $0.append(nanoseconds) }
            case .failure(let error): refusal.withLock { $0 = error }
            }
        }

        func sorted() -> [Int64] { times.withLock { $0.sorted() } }
    }

    /// Market orders that are accepted and filled at once, by three strategies in four instruments.
    private static func batch(first: Int, count: Int) -> JournalBatch {
        var events: [TradingEvent] = []
        events.reserveCapacity(3 * count)
        for number in first..<(first + count) {
            let id = UInt64(number + 1)
            let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(number) * 20_000)
            let price = Price(raw: 50_000_000_000_000 + Int64(number % 1000) * 100_000_000)
            let intent = OrderIntent(
                strategy: Int32(number % 3), instrument: UInt32(number % 4), tag: id,
                side: number % 2 == 0 ? .buy : .sell, kind: .market, quantity: Quantity(raw: 1_000_000))
            var order = Order(id: id, intent: intent, account: 0, at: time)
            events.append(.orderAccepted(order))
            let value = Money.value(price, intent.quantity, multiplier: 1) ?? .zero
            events.append(
                .orderFilled(
                    Fill(
                        id: id, orderID: id, strategy: intent.strategy, account: 0, instrument: intent.instrument,
                        side: intent.side, liquidity: .taker, price: price, quantity: intent.quantity, value: value,
                        commission: Money(raw: value.raw / 1000), time: time)))
            order.state = .filled
            order.filled = intent.quantity
            order.filledValue = value
            events.append(.orderChanged(order, .fill))
        }
        return JournalBatch(events: events, wallTime: Timestamp(nanoseconds: WallClock.now))
    }

    private var files: [String] { ["", "-wal", "-shm"].map { path + $0 } }

    private var fileBytes: Int {
        var status = stat()
        return files.reduce(0) { stat($1, &status) == 0 ? $0 + Int(status.st_size) : $0 }
    }

    private func removeFiles() { files.forEach { unlink($0) } }
}

extension BenchTable {
    /// Orders, rows, acknowledgement and room of every shape.
    mutating func addJournal(_ load: JournalLoad) throws(JournalError) {
        for shape in JournalLoad.shapes {
            let result = try load.run(shape)
            let orders = shape.orders == 1 ? "1 order" : "\(shape.orders) orders"
            let method =
                "accepted and filled, \(orders) a batch, \(shape.inFlight) under way, synchronous FULL, \(load.seconds) s"
            let rate = Double(result.orders) / result.seconds
            add(shape.id + "_orders_per_second", rate, "orders/s", method)
            add(
                shape.id + "_rows_per_second", rate * Double(JournalLoad.rowsPerOrder), "rows/s",
                "order, decision and fill of each of these orders")
            add(shape.id + "_ack_p50", result.quantile(0.5) / 1000, "µs", "from hand-over to durable, by batch")
            add(shape.id + "_ack_p99", result.quantile(0.99) / 1000, "µs", "from hand-over to durable, by batch")
            add(
                shape.id + "_bytes_per_order", Double(result.fileBytes) / Double(max(result.orders, 1)),
                "bytes/order", "growth of the closed file, facts and indices included")
        }
    }
}
