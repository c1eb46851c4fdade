import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Trading

/// Takes a request through the tests in the contract's order: rate limit, token, role and CSRF, JSON syntax, fields; then the
/// operation itself. Whatever happens, the answer is in the route's dialect.
struct OperationResponder: HTTPResponder {
    typealias Context = ConnectionContext

    let routes: RouteTable
    let host: any TradingHost
    let tokens: any TokenChecking
    let limiter: RateLimiter
    let bodyBytesMax: Int
    /// Connections act as the local admin.
    let isLocal: Bool
    let logger: Logger
    let sockets: SocketRoutes
    let answers: AnswerCache
    /// nil = this port has none.
    let page: OperatorPage?
    /// From an answer that ends the connection to its end.
    let farewell: TimeAmount
    private var crossOrigin: CrossOrigin { CrossOrigin(origins: sockets.origins) }
    let observe: @Sendable (RequestObservation) -> Void

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        let began = ContinuousClock.now
        let id = RequestID.of(request)
        let target = RequestTarget(request.head.path ?? "/")
        var route = Route(request: request, id: id, address: context.address, target: target)
        var response: Response
        do {
            if let preflight = crossOrigin.preflight(request, target.parts.flatMap(routes.match)) {
                response = preflight
            } else if let opened = try await openSocket(&route, context) {
                response = opened
            } else if let file = page?.file(target.parts) {
                route.pagePath = file.path
                response = try file.response(to: request)
                await finishBody(&route, context)
            } else {
                response = Response(try await answer(&route, context.channel))
            }
        } catch {
            await finishBody(&route, context)
            response = route.response(to: APIError(from: error, requestID: id, logger: logger))
        }
        response.headers[.requestID] = id
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xContentTypeOptions] = "nosniff"
        crossOrigin.mark(&response, for: request)
        if let verdict = route.verdict {
            response.headers[.rateLimit] = String(verdict.limit)
            response.headers[.rateRemaining] = String(verdict.remaining)
            response.headers[.rateReset] = String(verdict.resetSeconds)
        }
        // After a request for another protocol the parser waits for that protocol: there is no next request.
        if request.headers[.upgrade] != nil, response.status != .switchingProtocols {
            response = response.closing(context.channel)
        }
        if route.body == .lost { response.headers[.connection] = "close" }
        observe(
            RequestObservation(
                method: request.method.rawValue,
                route: route.operation?.path.text ?? route.socketPath ?? route.pagePath ?? "unmatched",
                status: Int(response.status.code), isOrderEntry: route.operation?.rate == .trading,
                duration: ContinuousClock.now - began, time: .now, id: id, address: route.address, user: route.user,
                bytes: response.body.contentLength))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ route: inout Route, _ channel: any Channel) async throws -> OperationAnswer {
        guard let parts = route.target.parts, let match = routes.match(parts) else {
            throw APIError(.unknown, "no operation has the path \(route.path.prefix(200))\(route.versionNote)")
        }
        route.dialect = match.operations[0].dialect
        guard let operation = match.operation(route.request.method.rawValue) else {
            var error = APIError(.methodNotAllowed, "\(route.path.prefix(200)) takes \(match.allow)")
            error.headers = [("Allow", match.allow)]
            throw error
        }
        route.operation = operation
        route.dialect = operation.dialect

        // Tokens may stand in the body: then it is read first.
        var token = route.token(allowingQuery: operation.access == .anyToken)
        var bytes: ByteBuffer?
        if token == nil, operation.access == .anyToken {
            bytes = try await body(&route)
            token = bytes.flatMap { try? parse($0) }.flatMap { Route.token(inBody: $0) }
        }
        let principal = isLocal ? Principal.local : await principal(token)
        route.user = principal?.username
        try limit(&route, principal, operation.rate)
        try admit(principal, hasToken: token != nil, to: operation, csrf: route.request.headers[.csrfToken])
        if operation.needsFreshFactor, let principal, try await !tokens.isFresh(principal) {
            throw APIError(.forbidden, "this needs the second factor: show a code with POST /api/auth/verify-mfa first")
        }

        let perform = { [route] (document: JSONValue?) in
            let request = OperationRequest(
                path: match.request(of: operation), query: route.target.query, faults: route.target.queryFaults,
                body: document)
            let context = OperationContext(
                host: ScopedHost.of(host, for: principal), principal: principal, token: token, requestID: route.id,
                address: route.address, time: .now,
                operationID: operation.id,
                closeConnection: { [channel] seconds in
                    channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
                }, headers: route.request.headers, body: document)
            return try await operation.perform(request, context)
        }
        if let key = snapshotKey(operation, route, principal), let revision = host.revision {
            return try await answers.answer(key, at: revision) { try await perform(nil) }
        }
        if bytes == nil { bytes = try await body(&route) }
        return try await perform(bytes.flatMap { $0.readableBytes == 0 ? nil : try parse($0) })
    }

    /// nil = the answer is not one that others may share.
    private func snapshotKey(_ operation: APIOperation, _ route: Route, _ principal: Principal?) -> AnswerCache.Key? {
        guard operation.isSnapshot, let principal, !SocketHandshake.hasBody(route.request) else { return nil }
        return AnswerCache.Key(target: route.request.head.path ?? "/", user: principal.userID, kind: principal.kind)
    }

    func principal(_ token: String?) async -> Principal? {
        guard let token else { return nil }
        return await tokens.principal(for: token)
    }

    func limit(_ route: inout Route, _ principal: Principal?, _ rate: RateClass) throws(APIError) {
        guard !isLocal else { return }
        let client = principal.map { "user \($0.userID)" } ?? route.address
        route.verdict = limiter.take(rate, client: client, at: monotonicNanoseconds())
        guard let seconds = route.verdict?.retrySeconds else { return }
        var error = APIError(.rateLimited, "too many requests; the next one is possible in \(seconds) s")
        error.headers = [("Retry-After", String(seconds))]
        throw error
    }

    private func admit(_ principal: Principal?, hasToken: Bool, to operation: APIOperation, csrf: String?)
        throws(APIError)
    {
        if operation.access == .open { return }
        guard let principal else { throw Self.unauthorized(hasToken: hasToken) }
        guard let role = principal.role, role >= operation.role else {
            throw APIError(.forbidden, "this needs the role \(operation.role.rawValue)")
        }
        if operation.access == .bearerCSRF, principal.kind == .login {
            guard let csrf, let expected = principal.csrf, constantTimeEqual(csrf, expected) else {
                throw APIError(.forbidden, "the header X-CSRF-Token must carry the login's csrfToken")
            }
        }
    }

    static func unauthorized(hasToken: Bool) -> APIError {
        var error = APIError(
            .unauthorized, hasToken ? "the token is not valid, or expired or revoked" : "a bearer token is needed")
        error.headers = [("WWW-Authenticate", "Bearer")]
        return error
    }

    private func body(_ route: inout Route) async throws(APIError) -> ByteBuffer {
        let length = route.request.headers[.contentLength].flatMap(Int.init) ?? 0
        let error = APIError(.tooLarge, "the body must have at most \(bodyBytesMax) bytes")
        route.body = .lost
        if length > bodyBytesMax { throw error }
        do {
            let bytes = try await route.request.body.collect(upTo: bodyBytesMax)
            route.body = .read
            return bytes
        } catch is NIOTooManyBytesError {
            throw error
        } catch {
            throw APIError(.malformed, "the body broke off")
        }
    }

    /// An answer that does not need the body still reads it, so that the next request can follow. A body that is too large
    /// ends the connection instead, some seconds after the answer: until then the rest is thrown away, because a client that
    /// is cut off while it sends does not read its answer, but an endless body would hold the connection for ever.
    private func finishBody(_ route: inout Route, _ context: ConnectionContext) async {
        if route.body == .read { return }
        if route.body == .untouched, (try? await body(&route)) != nil { return }
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: farewell) { channel.close(promise: nil) }
    }

    private func parse(_ bytes: ByteBuffer) throws(APIError) -> JSONValue {
        let result = bytes.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONFailure) in try JSONParser.parse(bytes) }
        }
        switch result {
        case .success(let document): return document
        case .failure(let failure): throw APIError(.malformed, "the body is no JSON: \(failure)")
        }
    }
}

extension Response {
    /// The same answer, as the last of its connection.
    fileprivate func closing(_ channel: any Channel) -> Response {
        var headers = headers
        headers[.connection] = "close"
        let whole = body
        let length = body.contentLength
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                try await whole.write(writer)
                channel.close(mode: .output, promise: nil)
            })
    }

    fileprivate init(_ answer: OperationAnswer) {
        var headers: HTTPFields = [.contentType: answer.contentType]
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        self.init(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: answer.stream.map { ResponseBody(asyncSequence: $0) } ?? ResponseBody(byteBuffer: answer.body))
    }
}
