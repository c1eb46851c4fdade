import NIOCore

/// An answer that goes on: Server-Sent Events (WHATWG HTML, "Server-sent events"), one line of JSON each.
struct EventStream: OperationOutput {
    let stream: AsyncStream<ByteBuffer>?

    static var example: EventStream { EventStream(stream: nil) }
    static var contentType: String { "text/event-stream" }
    static var schema: Schema { .text() }
    func write(_ json: inout JSONWriter) {}

    /// A comment goes out when nothing has for so long, so that neither side takes the connection for dead.
    private static let quietSeconds = 15
    /// Events that wait for a slow client; with more it is let go.
    private static let waitingMax = 1000

    /// One event `name` for each value; ends with them.
    static func of<Value: Sendable>(
        _ name: String, _ values: AsyncStream<Value>, _ write: @escaping @Sendable (Value, inout JSONWriter) -> Void
    ) -> EventStream {
        let (stream, sink) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(waitingMax))
        let work = Task {
            await withTaskGroup { group in
                group.addTask {
                    for await value in values {
                        var json = JSONWriter(buffer: ByteBuffer(string: "event: \(name)\ndata: "))
                        write(value, &json)
                        var event = json.buffer
                        event.writeStaticString("\n\n")
                        guard case .enqueued = sink.yield(event) else { return }
                    }
                }
                group.addTask {
                    sink.yield(ByteBuffer(string: ": the stream is open\n\n"))
                    while (try? await Task.sleep(for: .seconds(quietSeconds))) != nil {
                        sink.yield(ByteBuffer(string: ": nothing new\n\n"))
                    }
                }
                await group.next()
                group.cancelAll()
            }
            sink.finish()
        }
        sink.onTermination = { _ in work.cancel() }
        return EventStream(stream: stream)
    }
}
