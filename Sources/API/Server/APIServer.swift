import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The REST server: one listener on host:port, and one on a Unix domain socket and on each service's own port where the
/// settings ask for them.
///
/// A graceful shutdown ends idle connections at once and waits for requests that run.
public struct APIServer: Service {
    private let host: any TradingHost
    private let tokens: any TokenChecking
    private let settings: APISettings
    private let logger: Logger
    private let operations: [APIOperation]
    private let bus: StreamBus
    private let sockets: SocketRoutes
    private let meter: RequestMeter
    private let accessLog: AccessLog?
    /// One for all ports.
    private let limiter: RateLimiter
    private let answers = AnswerCache()
    private let onListening: @Sendable (Int) async -> Void

    /// `operations` come beside health, metrics and the OpenAPI document, which the server makes itself.
    /// `onListening` gets the bound port, once all of them listen. Two operations of one method and path are a programming error.
    public init(
        host: any TradingHost, tokens: any TokenChecking, operations: [APIOperation],
        sessions: ClientSessions? = nil, settings: APISettings,
        registry: PrometheusRegistry = PrometheusRegistry(), logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.tokens = tokens
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        meter = RequestMeter(registry)
        accessLog = settings.accessLogPath.map { path in AccessLog(path: path, registry) { logger.error("\($0)") } }
        limiter = RateLimiter(settings.rateLimits)
        bus = StreamBus(host, SocketMeter(registry))
        sockets = SocketRoutes(
            bus: bus, tokens: tokens, sessions: sessions, limits: settings.sockets, origins: Set(settings.origins))
        let all =
            operations + [MarketEvents.operation(sockets)] + healthOperations(version: settings.version) + [
                metricsOperation(registry)
            ]
            + [documentPageOperation, migrationGuideOperation]
        self.operations = all
    }

    /// A host with logins: `tokens` and the operations of authentication from one place. `localSecret` acts as the local
    /// admin's token.
    public init(
        host: any TradingHost, authentication: Authentication, localSecret: String, operations: [APIOperation],
        sessions: ClientSessions? = nil, settings: APISettings,
        registry: PrometheusRegistry = PrometheusRegistry(), logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.init(
            host: host, tokens: LocalTokens(users: authentication, secret: localSecret),
            operations: authOperations(authentication) + secondFactorOperations(authentication)
                + keyOperations(authentication) + operations,
            sessions: sessions, settings: settings, registry: registry, logger: logger, onListening: onListening)
    }

    /// Ends with an `APIServerFailure` when an address cannot be bound.
    public func run() async throws {
        let plans = self.plans
        let opening = Opening(count: plans.count, whenAllListen: onListening)
        let listeners = plans.map { plan in
            let application = application(plan) { channel in
                if case .socket(let path) = plan.place { SocketFile.restrict(path, logger) }
                await opening.listens(plan.isMain ? channel.localAddress?.port : nil)
            }
            return (plan: plan, application: application)
        }
        // The listeners stop first, what they need after them.
        var services: [any Service] = [bus, ListenerGroup(listeners: listeners)]
        if let accessLog { services.insert(accessLog, at: 0) }
        try await ServiceGroup(services: services, logger: logger).run()
    }

    private var plans: [ListenerPlan] {
        let openAPI = openAPIOperation(describing: operations, version: settings.version)
        let routes = RouteTable(operations + [openAPI])
        var plans = [ListenerPlan(place: .main(settings.host, settings.port), routes: routes, sockets: sockets)]
        if let path = settings.socketPath {
            plans.append(ListenerPlan(place: .socket(path), routes: routes, sockets: sockets))
        }
        guard let offset = settings.servicePortOffset else { return plans }
        return plans
            + ServicePort.all.map { port in
                ListenerPlan(
                    place: .service(settings.host, port.number + offset, port.service),
                    routes: port.routes(of: operations, version: settings.version), sockets: sockets.only(port.sockets))
            }
    }

    private func application(
        _ plan: ListenerPlan, onListening: @escaping @Sendable (any Channel) async -> Void
    ) -> Application<OperationResponder> {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        // What ends a start is thrown, and each request has its line in the access log: what the library has to say beside
        // that tells nobody anything, and would be set out for every request.
        let quiet = Logger(label: "stratagem.http") { _ in SwiftLogNoOpLogHandler() }
        return Application(
            responder: responder(plan),
            server: HTTPServerBuilder { [settings] responder in
                GuardedChannel(
                    http: HTTP1Channel(
                        responder: responder,
                        configuration: HTTP1Channel.Configuration(
                            idleTimeout: TimeAmount(settings.patience.nextRequest), httpDecoderConfiguration: decoder)),
                    patience: settings.patience, bodyBytesMax: settings.bodyBytesMax)
            },
            configuration: ApplicationConfiguration(
                address: plan.place.address,
                availableConnectionsDelegate: .maximum(
                    plan.isService ? settings.serviceConnectionsMax : settings.connectionsMax, logger: logger)),
            onServerRunning: onListening, logger: quiet)
    }

    private func responder(_ plan: ListenerPlan) -> OperationResponder {
        OperationResponder(
            routes: plan.routes, host: host, tokens: tokens, limiter: limiter, bodyBytesMax: settings.bodyBytesMax,
            isLocal: plan.place.isLocal, logger: logger, sockets: plan.sockets, answers: answers,
            page: plan.isService ? nil : .own, farewell: TimeAmount(settings.patience.farewell),
            observe: { [meter, accessLog] request in
                meter.observe(request)
                accessLog?.add(request)
            })
    }
}
