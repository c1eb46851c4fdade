import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 connection with a guard at its door.
struct GuardedChannel: HTTPChannelHandler {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let patience: ConnectionPatience
    let bodyBytesMax: Int

    var responder: HTTPChannelHandler.Responder { http.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(
                ConnectionGuard(patience, bodyBytesMax: bodyBytesMax), position: .after(parser.handler))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// Ends connections whose peer keeps the host waiting: says nothing, sends a byte now and then, or takes no answer. Tells those
/// that ask before they send a body to go on.
final class ConnectionGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let patience: ConnectionPatience
    private let bodyBytesMax: Int
    /// For what the peer has to send next.
    private var sending: Scheduled<Void>?
    /// For what it has to take.
    private var reading: Scheduled<Void>?

    init(_ patience: ConnectionPatience, bodyBytesMax: Int) {
        self.patience = patience
        self.bodyBytesMax = bodyBytesMax
    }

    func handlerAdded(context: ChannelHandlerContext) { sending = close(context, after: patience.firstRequest) }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            sending?.cancel()
            sending = close(context, after: patience.body)
            if mayGoOn(head) {
                let answer = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(Self.wrapOutboundOut(.head(answer)), promise: nil)
            }
        case .body: break
        case .end:
            sending?.cancel()
            sending = nil
        }
        context.fireChannelRead(data)
    }

    /// What is no HTTP is answered 400 further on; nobody waits for what comes after it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        sending?.cancel()
        sending = close(context, after: patience.farewell)
        context.fireErrorCaught(error)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reading?.cancel()
        reading = context.channel.isWritable ? nil : close(context, after: patience.reading)
        context.fireChannelWritabilityChanged()
    }

    /// The client asks before it sends a body. One that is too large is not asked for: its answer is 413 at once.
    private func mayGoOn(_ head: HTTPRequestHead) -> Bool {
        guard head.version.major == 1, head.version.minor >= 1,
            head.headers.first(name: "expect")?.lowercased() == "100-continue"
        else {
            return false
        }
        return head.headers.first(name: "content-length").flatMap(Int.init).map { $0 <= bodyBytesMax } ?? true
    }

    private func close(_ context: ChannelHandlerContext, after time: Duration) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }

    private func stop() {
        sending?.cancel()
        reading?.cancel()
        (sending, reading) = (nil, nil)
    }
}
