import Hummingbird
import NIOCore

/// What Hummingbird hands to the responder beside the request.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Without the port; "socket" on the Unix domain socket.
    let address: String
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        address = source.channel.remoteAddress?.ipAddress ?? "socket"
    }
}
