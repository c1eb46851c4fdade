import HTTPTypes
import Hummingbird
import NIOCore

// A WebSocket begins as a request like any other: the same tests in the same order, and a refusal is an ordinary answer. Only
// after the answer 101 the connection changes its language.

extension OperationResponder {
    /// nil = the request is no handshake.
    func openSocket(_ route: inout Route, _ context: ConnectionContext) async throws -> Response? {
        guard let place = sockets.place(route.target.parts) else { return nil }
        let path = place.path
        guard route.request.method == .get else {
            if path == "stream" { return nil }
            var error = APIError(.methodNotAllowed, "\(route.path) takes GET, with an upgrade to WebSocket")
            error.headers = [("Allow", "GET")]
            throw error
        }
        guard SocketHandshake.isAsked(route.request) else {
            // /stream without an upgrade is Server-Sent Events.
            if path == "stream" { return nil }
            throw APIError(.invalid, "\(route.path) is a WebSocket: the request has to ask for an upgrade to it")
        }
        route.socketPath = place.route
        let token = route.token(allowingQuery: true)
        let principal = isLocal ? Principal.local : await self.principal(token)
        route.user = principal?.username
        try limit(&route, principal, .websocket)
        guard let principal else { throw OperationResponder.unauthorized(hasToken: token != nil) }
        guard principal.role != nil else { throw APIError(.forbidden, "this needs the role viewer") }
        // A body that was announced is not waited for.
        if SocketHandshake.hasBody(route.request) { route.body = .lost }
        let handshake = try SocketHandshake(route.request, origins: sockets.origins)
        let talk = try await sockets.talk(place, route.target.query, principal)
        let limits = sockets.limits
        guard let seat = sockets.places.take(user: principal.userID, path: path, most: limits.connections) else {
            var error = APIError(.rateLimited, "a user has at most \(limits.connections) connections to \(route.path)")
            error.headers = [("Retry-After", "5")]
            throw error
        }
        let credential = SocketCredential(
            tokens, token: token ?? "", principal, host.accounts, isLocal: isLocal,
            graceSeconds: limits.tokenGraceSeconds)
        let socket = try await context.channel.eventLoop.submit {
            [bus = talk.bus ?? sockets.bus, channel = context.channel] in
            try Socket(channel, talk, bus, credential, limits)
        }.get()
        let headers: HTTPFields = [
            .upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: handshake.accept,
        ]
        return Response(
            status: .switchingProtocols, headers: headers,
            body: ResponseBody { _ in
                await socket.run()
                _ = seat
            })
    }
}
