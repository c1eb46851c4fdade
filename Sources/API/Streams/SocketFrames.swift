import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What comes from the client of a socket.
enum SocketInput: Sendable {
    case message(ByteBuffer)
    /// The client closes.
    case closed
    /// The client does what it may not.
    case violation(CloseCode, String)
}

/// The end of a socket's pipeline: frames become messages, pings are answered, and what the host sends goes out. Nothing of it
/// reaches the HTTP handlers behind it.
///
/// It stands between the HTTP parser and the others from the handshake on. When the head of the answer comes by it goes out,
/// and in the same moment the parser makes room for the frames: what the client sends after it is a frame.
final class SocketFrames: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = ByteBuffer

    private let messageBytesMax: Int
    private let inputs: AsyncStream<SocketInput>.Continuation
    private let heard: @Sendable () -> Void
    private var context: ChannelHandlerContext?
    /// A message whose last frame has not come yet.
    private var partial: ByteBuffer?
    private var isOpen = false
    private var isCloseSent = false
    private var isOver = false

    init(
        messageBytesMax: Int, inputs: AsyncStream<SocketInput>.Continuation, heard: @escaping @Sendable () -> Void
    ) {
        self.messageBytesMax = messageBytesMax
        self.inputs = inputs
        self.heard = heard
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: From HTTP to frames

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // What comes after the head has no meaning on a socket.
        guard !isOpen else {
            promise?.succeed()
            return
        }
        context.writeAndFlush(data, promise: promise)
        guard case .head = Self.unwrapOutboundIn(data) else { return }
        isOpen = true
        do {
            let pipeline = context.pipeline.syncOperations
            let parser = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
            try pipeline.addHandler(
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: messageBytesMax)), position: .before(self))
            pipeline.removeHandler(context: parser, promise: nil)
            pipeline.removeHandler(context: encoder, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inputs.finish()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard isOpen else { return context.fireUserInboundEventTriggered(event) }
        // A client that shuts its side has left.
        if case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isOpen else { return context.fireErrorCaught(error) }
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: violate(.messageTooBig, "a message may have at most \(messageBytesMax) bytes")
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            violate(.protocolError, "a control frame is whole and has at most 125 bytes")
        case nil: context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isOpen else { return context.fireChannelRead(data) }
        if isOver { return }
        let frame = Self.unwrapInboundIn(data)
        guard frame.maskKey != nil else { return violate(.protocolError, "a client masks its frames") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return violate(.protocolError, "no extension was agreed on")
        }
        heard()
        switch frame.opcode {
        case .text, .continuation: take(frame)
        case .binary: violate(.unsupportedData, "messages are text")
        case .ping:
            // A client that floods with pings and reads nothing gets no pongs.
            if context.channel.isWritable { write([SocketFrame.encode(.pong, frame.unmaskedData)], promise: nil) }
        case .pong: break
        case .connectionClose: close(frame.unmaskedData)
        default: violate(.protocolError, "an unknown kind of frame")
        }
    }

    private func take(_ frame: WebSocketFrame) {
        let isFirst = frame.opcode == .text
        guard isFirst == (partial == nil) else {
            return violate(
                .protocolError, isFirst ? "the message before is not over" : "there is no message to go on with")
        }
        var data = frame.unmaskedData
        guard (partial?.readableBytes ?? 0) + data.readableBytes <= messageBytesMax else {
            return violate(.messageTooBig, "a message may have at most \(messageBytesMax) bytes")
        }
        var message = partial ?? ByteBuffer()
        message.writeBuffer(&data)
        partial = frame.fin ? nil : message
        guard frame.fin else { return }
        guard String(validating: message.readableBytesView, as: UTF8.self) != nil else {
            return violate(.notUTF8, "a message is UTF-8")
        }
        give(.message(message))
    }

    /// RFC 6455, 5.5.1: nothing, or a code with a UTF-8 reason.
    private func close(_ payload: ByteBuffer) {
        var payload = payload
        if payload.readableBytes > 0 {
            guard let code = payload.readInteger(as: UInt16.self), SocketFrames.isAllowed(code) else {
                return violate(.protocolError, "this close code cannot be sent")
            }
            guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else {
                return violate(.notUTF8, "a reason is UTF-8")
            }
        }
        isOver = true
        inputs.yield(.closed)
        inputs.finish()
    }

    private static func isAllowed(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    private func give(_ input: SocketInput) {
        // Whoever sends faster than answers go out is let go.
        if case .dropped = inputs.yield(input) {
            violate(.policyViolation, "messages come faster than they are answered")
        }
    }

    private func violate(_ code: CloseCode, _ reason: String) {
        guard !isOver else { return }
        isOver = true
        partial = nil
        // The stream may be full: what waits in it is of no use any more.
        inputs.yield(.violation(code, reason))
        inputs.finish()
        write([SocketFrame.close(code, reason)], promise: nil)
        isCloseSent = true
    }

    // MARK: What the host sends

    /// On the event loop. `promise`: it is with the operating system.
    func write(_ frames: [ByteBuffer], promise: EventLoopPromise<Void>?, isLast: Bool = false) {
        guard let context, isOpen, !isCloseSent, !frames.isEmpty else {
            promise?.succeed()
            return
        }
        isCloseSent = isLast
        for frame in frames.dropLast() { context.write(Self.wrapOutboundOut(frame), promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(frames[frames.count - 1]), promise: promise)
    }
}
