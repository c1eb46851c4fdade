import Execution
import Testing
import Trading

/// Orders at an outside venue: whatever the network does, host and venue agree in the end.
@Suite("In-flight orders")
struct InFlightTests {
    private static let second: Int64 = 1_000_000_000

    private static func intent(_ quantity: Int64) -> OrderIntent {
        OrderIntent(
            strategy: 0, instrument: 0, tag: 1, side: .buy, kind: .limit, quantity: Quantity(raw: quantity), price: .one
        )
    }
    private static func time(_ second: Int64) -> Timestamp { Timestamp(nanoseconds: second * InFlightTests.second) }

    /// Answers outside of an expectation, which may not change what it looks at.
    private final class Desk {
        private var orders: InFlightOrders
        init(_ terms: InFlightOrders.Terms = InFlightOrders.Terms()) { orders = InFlightOrders(terms: terms) }
        var openCount: Int { orders.openCount }
        func place(id: UInt64, _ intent: OrderIntent, at time: Timestamp) -> Bool {
            orders.place(id: id, intent, at: time)
        }
        func cancel(id: UInt64, at time: Timestamp) -> Bool { orders.cancel(id: id, at: time) }
        func advance(to time: Timestamp) { orders.advance(to: time) }
        func receive(_ message: VenueMessage, at time: Timestamp) { orders.receive(message, at: time) }
        func takeCommands() -> [VenueCommand] { orders.takeCommands() }
        func takeOutcomes() -> [VenueOutcome] { orders.takeOutcomes() }
    }

    /// What the host made of an order.
    private struct Known: Equatable {
        var fills: [UInt64] = []
        var filled = Quantity.zero
        var ends: [OrderState] = []
        var acceptances = 0
    }

    private struct Run {
        var known: [UInt64: Known] = [:]
        var strays: [VenueFill] = []
        var venue: FaultyVenue
        var isOpen = true
    }

    /// Forty orders in the first minutes, some cancelled; then the network heals, and all that is open is asked after.
    private static func run(seed: UInt64, delayMax: Int64) -> Run {
        var run = Run(venue: FaultyVenue(seed: seed, delayMax: delayMax))
        var chance = Chance(seed: seed ^ 0xFEED)
        let orders = Desk()
        var lastID: UInt64 = 0
        for now in 0..<Int64(2000) {
            if now == 300 { run.venue.isHealed = true }
            if now < 200, lastID < 40, chance.percent(30) {
                lastID += 1
                _ = orders.place(id: lastID, intent(Int64(1 + chance.below(12))), at: time(now))
            }
            if lastID > 0, chance.percent(10) { _ = orders.cancel(id: 1 + chance.below(lastID), at: time(now)) }
            if now == 400 { for id in 1...lastID { _ = orders.cancel(id: id, at: time(now)) } }
            for message in run.venue.step(now) { orders.receive(message, at: time(now)) }
            orders.advance(to: time(now))
            for command in orders.takeCommands() { run.venue.send(command, at: now) }
            for outcome in orders.takeOutcomes() { note(outcome, &run) }
        }
        run.isOpen = orders.openCount > 0
        return run
    }

    private static func note(_ outcome: VenueOutcome, _ run: inout Run) {
        switch outcome {
        case .accepted(let id): run.known[id, default: Known()].acceptances += 1
        case .filled(let id, let fill):
            run.known[id, default: Known()].fills.append(fill.id)
            run.known[id, default: Known()].filled = run.known[id, default: Known()].filled + fill.quantity
        case .ended(let id, let state, _): run.known[id, default: Known()].ends.append(state)
        case .strayFill(_, let fill): run.strays.append(fill)
        }
    }

    @Test(
        "lost, doubled, late and swapped messages: every order ends once, with just the venue's fills",
        arguments: 1...300)
    func agrees(seed: Int) {
        let run = InFlightTests.run(seed: UInt64(seed), delayMax: 3)
        #expect(!run.isOpen && run.strays.isEmpty)
        for id in run.known.keys.sorted() {
            guard let known = run.known[id] else { continue }
            guard let book = run.venue.orders[id] else {
                // It never came to the venue, which said so three times.
                #expect(known == Known(ends: [.rejected]), "seed \(seed), order \(id)")
                continue
            }
            #expect(known.ends == [book.state], "seed \(seed), order \(id)")
            #expect(known.fills.sorted() == book.fills.map(\.id), "seed \(seed), order \(id)")
            #expect(known.filled == book.filled && known.acceptances <= 1, "seed \(seed), order \(id)")
        }
    }

    @Test("an order is sent once, whatever is not answered")
    func sentOnce() {
        let orders = Desk()
        #expect(orders.place(id: 1, InFlightTests.intent(5), at: InFlightTests.time(0)))
        var sent = orders.takeCommands()
        for second in 1...200 as ClosedRange<Int64> {
            orders.advance(to: InFlightTests.time(second))
            sent += orders.takeCommands()
        }
        #expect(sent.first == .place(id: 1, InFlightTests.intent(5)) && sent.count > 3)
        #expect(sent.dropFirst().allSatisfy { $0 == .probe(id: 1) })
        #expect(orders.takeOutcomes().isEmpty, "a time-out says nothing")
    }

    @Test("one unknown is not believed, three in a row are; an answer in between starts over")
    func unknown() {
        let orders = Desk()
        _ = orders.place(id: 7, InFlightTests.intent(5), at: InFlightTests.time(0))
        let messages: [VenueMessage] = [
            .unknown(id: 7), .unknown(id: 7), .accepted(id: 7), .unknown(id: 7), .unknown(id: 7),
        ]
        for (number, message) in messages.enumerated() {
            let time = InFlightTests.time(100 * Int64(number + 1))
            orders.advance(to: time)
            // An answer that comes twice is one answer.
            for _ in 0..<2 { orders.receive(message, at: time) }
        }
        #expect(orders.takeOutcomes() == [.accepted(id: 7)])
        orders.advance(to: InFlightTests.time(900))
        orders.receive(.unknown(id: 7), at: InFlightTests.time(900))
        #expect(orders.takeOutcomes() == [.ended(id: 7, .cancelled, .unknownOrder)])
    }

    @Test("what was given up and comes after all is cancelled, and its fills are told as strays")
    func revived() {
        let orders = Desk()
        _ = orders.place(id: 1, InFlightTests.intent(5), at: InFlightTests.time(0))
        for number in 1...3 as ClosedRange<Int64> {
            orders.advance(to: InFlightTests.time(10 * number))
            orders.receive(.unknown(id: 1), at: InFlightTests.time(10 * number))
        }
        _ = orders.takeCommands()
        let fill = VenueFill(id: 9, quantity: Quantity(raw: 2), price: .one)
        orders.receive(.accepted(id: 1), at: InFlightTests.time(60))
        orders.receive(.filled(id: 1, fill), at: InFlightTests.time(61))
        orders.receive(.filled(id: 1, fill), at: InFlightTests.time(62))
        #expect(orders.takeCommands() == [.cancel(id: 1), .cancel(id: 1)])
        #expect(
            orders.takeOutcomes() == [
                .ended(id: 1, .rejected, .unknownOrder), .strayFill(id: 1, fill),
            ])
    }

    @Test("a cancel that overtakes a fill waits for it; a fill beyond the quantity is a stray")
    func order() {
        let orders = Desk()
        _ = orders.place(id: 1, InFlightTests.intent(5), at: InFlightTests.time(0))
        orders.receive(.cancelled(id: 1, filled: Quantity(raw: 2)), at: InFlightTests.time(1))
        #expect(orders.takeOutcomes().isEmpty)
        let fill = VenueFill(id: 3, quantity: Quantity(raw: 2), price: .one)
        orders.receive(.filled(id: 1, fill), at: InFlightTests.time(2))
        #expect(orders.takeOutcomes() == [.filled(id: 1, fill), .ended(id: 1, .cancelled, .cancelRequested)])
        _ = orders.place(id: 2, InFlightTests.intent(1), at: InFlightTests.time(3))
        orders.receive(.filled(id: 2, fill), at: InFlightTests.time(4))
        #expect(orders.takeOutcomes() == [.accepted(id: 2), .strayFill(id: 2, fill)])
    }

    @Test("there is room for so many open orders, and no more")
    func limits() {
        var terms = InFlightOrders.Terms()
        terms.ordersMax = 2
        let orders = Desk(terms)
        #expect(orders.place(id: 1, InFlightTests.intent(1), at: InFlightTests.time(0)))
        #expect(orders.place(id: 2, InFlightTests.intent(1), at: InFlightTests.time(0)))
        #expect(!orders.place(id: 3, InFlightTests.intent(1), at: InFlightTests.time(0)))
        orders.receive(.rejected(id: 1), at: InFlightTests.time(1))
        #expect(orders.place(id: 3, InFlightTests.intent(1), at: InFlightTests.time(1)))
        #expect(!orders.cancel(id: 1, at: InFlightTests.time(1)) && !orders.cancel(id: 9, at: InFlightTests.time(1)))
    }
}
