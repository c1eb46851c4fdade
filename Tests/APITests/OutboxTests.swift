import NIOCore
import Testing

@testable import API

@Suite("What waits for a client")
struct OutboxTests {
    private func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
    private func texts(_ batch: [ByteBuffer]?) -> [String]? { batch?.map { String(buffer: $0) } }

    @Test("order events keep their order and come before quotes; of quotes only the latest is there")
    func conflates() async {
        let outbox = Outbox()
        for number in 1...3 {
            #expect(outbox.offer(buffer("tick \(number)"), replacing: .position("a")))
            #expect(outbox.offer(buffer("order \(number)")))
        }
        #expect(outbox.offer(buffer("other"), replacing: .position("b")))
        #expect(texts(await outbox.next()) == ["order 1", "order 2", "order 3", "tick 3", "other"])
    }

    @Test("quotes never fill it up, order events do, and then it says so")
    func fills() async {
        let outbox = Outbox(Outbox.Limits(events: 10))
        for number in 0..<1000 { #expect(outbox.offer(buffer("\(number)"), replacing: .alert("a"))) }
        for number in 0..<10 { #expect(outbox.offer(buffer("\(number)"))) }
        #expect(!outbox.offer(buffer("too many")))
        #expect(await outbox.next()?.count == 11)
        #expect(outbox.offer(buffer("there is room again")))
    }

    @Test("a batch has an end, and the rest comes next")
    func batches() async {
        let outbox = Outbox(Outbox.Limits(events: 100, batchBytes: 10))
        for number in 0..<5 { _ = outbox.offer(buffer("event\(number)")) }
        #expect(texts(await outbox.next()) == ["event0", "event1"])
        #expect(texts(await outbox.next()) == ["event2", "event3"])
        #expect(texts(await outbox.next()) == ["event4"])
    }

    @Test("what waits goes out before the last words, and nothing after them")
    func ends() async {
        let outbox = Outbox()
        _ = outbox.offer(buffer("quote"), replacing: .alert("a"))
        _ = outbox.offer(buffer("order"))
        outbox.end(with: [buffer("bye")])
        #expect(outbox.offer(buffer("late")))
        outbox.end(with: [buffer("bye again")])
        #expect(texts(await outbox.next()) == ["order", "quote", "bye"])
        #expect(await outbox.next() == nil)
    }

    @Test("a client that is cut off gets the last words only")
    func discards() async {
        let outbox = Outbox()
        _ = outbox.offer(buffer("order"))
        outbox.end(with: [buffer("bye")], discarding: true)
        #expect(texts(await outbox.next()) == ["bye"])
    }

    @Test("who waits gets what comes, and is let go when it is cancelled")
    func waits() async {
        let outbox = Outbox()
        async let batch = outbox.next()
        await Task.yield()
        _ = outbox.offer(buffer("order"))
        #expect(texts(await batch) == ["order"])
        let waiting = Task { await outbox.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }
}
