import NIOCore
import Synchronization
import Trading

/// `/ws/simulators/{simulator_id}`: what `/ws` says, of a simulator's market and book; ends with it.
struct SimulatorTalk: SocketTalk {
    let simulator: String
    let simulators: any SimulatorHost
    let feed: SimulatorFeed
    let desk: DeskTalk

    var bus: StreamBus? { feed.bus }
    func open(_ socket: Socket) async { await desk.open(socket) }
    func answer(_ message: JSONValue, on socket: Socket) async { await desk.answer(message, on: socket) }
    func error(_ fault: SocketFault) -> ByteBuffer { desk.error(fault) }

    func endReason(_ socket: Socket) async -> String? {
        guard (try? simulators.simulator(simulator))?.status == .running else { return "the simulator has ended" }
        return await desk.endReason(socket)
    }
}

/// A simulator's own bus; it runs as long as somebody has it.
final class SimulatorFeed: Sendable {
    let bus: StreamBus
    private let work: Task<Void, Never>

    init(_ host: any TradingHost, _ meter: SocketMeter) {
        let bus = StreamBus(host, meter)
        self.bus = bus
        work = Task { try? await bus.run() }
    }

    deinit { work.cancel() }
}

/// One feed for all who listen to the same simulator.
final class SimulatorFeeds: Sendable {
    private struct Known {
        weak var feed: SimulatorFeed?
    }
    private let known = Mutex<[String: Known]>([:])

    func feed(of simulator: String, _ host: any TradingHost, _ meter: SocketMeter) -> SimulatorFeed {
        known.withLock { known in
            known = known.filter { $0.value.feed != nil }
            if let feed = known[simulator]?.feed { return feed }
            let feed = SimulatorFeed(host, meter)
            known[simulator] = Known(feed: feed)
            return feed
        }
    }
}
