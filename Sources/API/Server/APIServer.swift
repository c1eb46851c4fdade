import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The REST server: one listener on host:port, and one on a Unix domain socket where the settings name it.
///
/// A graceful shutdown ends idle connections at once and waits for requests that run.
public struct APIServer: Service {
    private let host: any TradingHost
    private let tokens: any TokenChecking
    private let settings: APISettings
    private let logger: Logger
    private let routes: RouteTable
    private let bus: StreamBus
    private let sockets: SocketRoutes
    private let meter: RequestMeter
    private let onListening: @Sendable (Int) async -> Void

    /// `operations` come beside health, metrics and the OpenAPI document, which the server makes itself.
    /// `onListening` gets the bound port. Two operations of one method and path are a programming error.
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
        bus = StreamBus(host)
        sockets = SocketRoutes(
            bus: bus, tokens: tokens, sessions: sessions, limits: settings.sockets, origins: Set(settings.origins))
        let all =
            operations + [MarketEvents.operation(sockets)] + healthOperations(version: settings.version) + [
                metricsOperation(registry)
            ]
            + [documentPageOperation, migrationGuideOperation]
        routes = RouteTable(all + [openAPIOperation(describing: all, version: settings.version)])
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
        let limiter = RateLimiter(settings.rateLimits)
        let main = application(
            .hostname(settings.host, port: settings.port), responder(limiter, isLocal: false),
            onListening: { channel in await onListening(channel.localAddress?.port ?? settings.port) })
        var services: [any Service] = [bus, main]
        if let path = settings.socketPath {
            services.append(
                application(
                    .unixDomainSocket(path: path), responder(limiter, isLocal: true),
                    onListening: { _ in SocketFile.restrict(path, logger) }))
        }
        do {
            try await ServiceGroup(services: services, logger: logger).run()
        } catch {
            throw APIServerFailure(error, settings)
        }
    }

    private func application(
        _ address: BindAddress, _ responder: OperationResponder,
        onListening: @escaping @Sendable (any Channel) async -> Void
    ) -> Application<OperationResponder> {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        // What ends a start is thrown; the library's account of how it then tears itself down tells nobody anything.
        var quiet = logger
        quiet.logLevel = .critical
        return Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: .seconds(Int64(settings.idleSecondsMax)), httpDecoderConfiguration: decoder)),
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: .maximum(settings.connectionsMax, logger: logger)),
            onServerRunning: onListening, logger: quiet)
    }

    private func responder(_ limiter: RateLimiter, isLocal: Bool) -> OperationResponder {
        OperationResponder(
            routes: routes, host: host, tokens: tokens, limiter: limiter, bodyBytesMax: settings.bodyBytesMax,
            isLocal: isLocal, sockets: sockets, observe: { [meter] in meter.observe($0) })
    }
}
