import NIOCore
import NIOHTTP1
import NIOWebSocket
import ServiceLifecycle
import Synchronization
import Trading

/// What is spoken on a socket.
protocol SocketTalk: Sendable {
    /// The host's first words.
    func open(_ socket: Socket) async
    func answer(_ message: JSONValue, on socket: Socket) async
    /// An error event in the words of the socket's document.
    func error(_ fault: SocketFault) -> ByteBuffer
    /// What has to be true for the socket to stay open; the reason why it is not.
    func endReason(_ socket: Socket) async -> String?
    /// Where its news come from; nil = from the host.
    var bus: StreamBus? { get }
}

extension SocketTalk {
    func endReason(_ socket: Socket) async -> String? { nil }
    var bus: StreamBus? { nil }
}

/// An open WebSocket: reads, writes, pings, and ends when something asks for it.
final class Socket: Sendable {
    let bus: StreamBus
    let credential: SocketCredential
    let limits: SocketLimits
    let listener: StreamListener
    private let channel: any Channel
    private let outbox: Outbox
    private let talk: any SocketTalk
    private let frames: NIOLoopBound<SocketFrames>
    private let inputs: AsyncStream<SocketInput>
    private let activity: SocketActivity
    private let loss: LossBox
    private let isEnding = Atomic<Bool>(false)

    /// Who is told of a loss is not there yet when the listener is made.
    private final class LossBox: Sendable {
        let found = Mutex<StreamLoss?>(nil)
        let wakeUp = WakeUp()
    }

    /// On the channel's event loop, before the answer 101.
    init(
        _ channel: any Channel, _ talk: any SocketTalk, _ bus: StreamBus, _ credential: SocketCredential,
        _ limits: SocketLimits
    )
        throws
    {
        let (inputs, sink) = AsyncStream.makeStream(
            of: SocketInput.self, bufferingPolicy: .bufferingOldest(limits.waitingMessages))
        let activity = SocketActivity()
        let handler = SocketFrames(messageBytesMax: limits.messageBytes, inputs: sink) { activity.heard() }
        let pipeline = channel.pipeline.syncOperations
        let parser = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(handler, position: .after(parser.handler))
        // The kernel would else take megabytes for a client that does not read.
        _ = channel.setOption(.socketOption(.so_sndbuf), value: SocketLimits.kernelBytes)
        let loss = LossBox()
        let outbox = Outbox(Outbox.Limits(events: limits.waitingEvents))
        self.channel = channel
        self.talk = talk
        self.bus = bus
        self.credential = credential
        self.limits = limits
        self.inputs = inputs
        self.activity = activity
        self.loss = loss
        self.outbox = outbox
        frames = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        listener = StreamListener(outbox, sees: { credential.sees($0) }) { found in
            loss.found.withLock { $0 = $0 ?? found }
            loss.wakeUp.ring()
        }
    }

    /// Until the connection is closed.
    func run() async {
        bus.meter.opened()
        defer { bus.meter.closed() }
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.write() }
                group.addTask { await self.read() }
                group.addTask { await self.watch() }
                group.addTask { await self.watchLoss() }
                _ = try? await self.channel.closeFuture.get()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.end(.goingAway, "the host stops")
        }
        bus.stopListening(listener)
    }

    // MARK: Sending

    func send(_ members: (inout JSONWriter) -> Void) { sendFrame(SocketText.message(members)) }

    func refuse(_ fault: SocketFault) { sendFrame(talk.error(fault)) }

    private func sendFrame(_ frame: ByteBuffer) {
        if !outbox.offer(frame) { listener.onLoss(.slow) }
    }

    private func write() async {
        while let batch = await outbox.next() {
            activity.beginWriting()
            let written: EventLoopFuture<Void> = channel.eventLoop.flatSubmit { [frames, channel] in
                let promise = channel.eventLoop.makePromise(of: Void.self)
                frames.value.write(batch, promise: promise)
                return promise.futureResult
            }
            guard (try? await written.get()) != nil else { return }
            activity.endWriting()
        }
    }

    // MARK: Ending

    /// Says why, closes, and waits a little for the client to have heard it.
    func end(_ code: CloseCode, _ reason: String) {
        count(code)
        let last = [disconnected(reason), SocketFrame.close(code, reason)]
        if code == .tryAgainLater {
            // What waits is of no use any more, and the line may be stuck: this goes right behind what is on its way.
            outbox.end(discarding: true)
            channel.eventLoop.execute { [frames] in frames.value.write(last, promise: nil, isLast: true) }
        } else {
            outbox.end(with: last)
        }
        closeSoon()
    }

    /// Once: what happens after the first reason is no other end.
    private func count(_ code: CloseCode) {
        if !isEnding.exchange(true, ordering: .relaxed) { bus.meter.ended(by: code) }
    }

    private func disconnected(_ reason: String) -> ByteBuffer {
        SocketText.message { json in
            json.field("type", "disconnected")
            json.field("timestamp", Timestamp.now)
            json.object("data") { $0.field("reason", reason) }
        }
    }

    private func closeSoon() {
        channel.eventLoop.scheduleTask(in: .seconds(limits.closeSeconds)) { [channel] in channel.close(promise: nil) }
    }

    // MARK: Listening

    private func read() async {
        await talk.open(self)
        for await input in inputs {
            switch input {
            case .message(let text): await take(text)
            case .violation(let code, _): count(code)
            case .closed:
                // The client's close is answered, and then the host closes the connection (RFC 6455, 7.1.1).
                outbox.end(discarding: true)
                let answered: EventLoopFuture<Void> = channel.eventLoop.flatSubmit { [frames, channel] in
                    let promise = channel.eventLoop.makePromise(of: Void.self)
                    frames.value.write([SocketFrame.close(.normal, "")], promise: promise, isLast: true)
                    return promise.futureResult
                }
                closeSoon()
                try? await answered.get()
                channel.close(promise: nil)
            }
        }
        outbox.end(discarding: true)
        closeSoon()
    }

    private func take(_ text: ByteBuffer) async {
        let parsed = text.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONFailure) in try JSONParser.parse(bytes) }
        }
        switch parsed {
        case .failure(let failure): refuse(.malformed(failure.description))
        case .success(let message):
            guard case .object = message else { return refuse(.malformed("a message is a JSON object")) }
            await talk.answer(message, on: self)
        }
    }

    // MARK: Watching

    /// Once a second: is the client there, does it take what comes, may it stay?
    private func watch() async {
        var nextPing = monotonicSeconds() + limits.pingSeconds
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let now = monotonicSeconds()
            if now - activity.lastHeard >= limits.idleSeconds {
                return end(.policyViolation, "nothing was heard for \(limits.idleSeconds) s")
            }
            if activity.stalledSeconds(at: now) >= limits.stallSeconds {
                return end(.tryAgainLater, StreamLoss.slow.text)
            }
            if now >= nextPing {
                nextPing = now + limits.pingSeconds
                channel.eventLoop.execute { [frames] in
                    frames.value.write([SocketFrame.encode(.ping, ByteBuffer())], promise: nil)
                }
            }
            switch await credential.check(at: .now) {
            case .valid: break
            case .expired: refuse(.expired(limits.tokenGraceSeconds))
            case .over(let reason):
                refuse(.unauthorized(reason))
                return end(.policyViolation, reason)
            }
            if let reason = await talk.endReason(self) { return end(.policyViolation, reason) }
        }
    }

    private func watchLoss() async {
        guard await loss.wakeUp.wait(), let found = loss.found.withLock({ $0 }) else { return }
        bus.stopListening(listener)
        end(.tryAgainLater, found.text)
    }
}

func monotonicSeconds() -> Int64 { Int64(monotonicNanoseconds() / 1_000_000_000) }

/// When the client was heard last, and since when it has not taken what was sent.
final class SocketActivity: Sendable {
    private let heardAt = Atomic<Int64>(monotonicSeconds())
    /// 0 = nothing is on its way.
    private let writingSince = Atomic<Int64>(0)

    func heard() { heardAt.store(monotonicSeconds(), ordering: .relaxed) }
    var lastHeard: Int64 { heardAt.load(ordering: .relaxed) }
    func beginWriting() { writingSince.store(max(1, monotonicSeconds()), ordering: .relaxed) }
    func endWriting() { writingSince.store(0, ordering: .relaxed) }
    func stalledSeconds(at now: Int64) -> Int64 {
        let since = writingSince.load(ordering: .relaxed)
        return since == 0 ? 0 : now - since
    }
}
