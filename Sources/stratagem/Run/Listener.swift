import API
import Configuration
import Dispatch
import Glibc
import Journal
import Logging
import ServiceLifecycle
import Synchronization
import Trading

/// The API of a running host: listens from `init` on, stops in order.
final class Listener: Sendable {
    /// The one that it got.
    let port: Int
    let url: String
    let servicePortOffset: Int?
    private let state: State
    private let dataPath: String
    private let socket: String

    private final class State: Sendable {
        let started = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Int, any Error>?>(nil)
        let group = Mutex<ServiceGroup?>(nil)
    }

    /// Comes back when the server listens, or says why it does not.
    init(_ host: RunningHost, _ settings: API.APISettings, _ journal: Journal, dataPath: String, supervisor: pid_t?)
        throws(CommandError)
    {
        self.dataPath = dataPath
        servicePortOffset = settings.servicePortOffset
        socket = try LocalSocket.prepare(in: dataPath)
        let secret = HostFile.makeToken()
        let key = try Listener.signingKey(dataPath)
        let sessions = try Listener.sessions(journal)
        var settings = settings
        settings.socketPath = socket
        settings.accessLogPath = settings.accessLogPath.map { dataPath + "/" + $0 }
        settings.version = Stratagem.version
        let state = State()
        self.state = state
        Task.detached { [settings] in
            let logger = Listener.logger
            let server = APIServer(
                host: host,
                authentication: await Authentication(store: StoredIdentities(store: journal.identity), key: key),
                localSecret: secret,
                operations: TradingOperations.all + MarketOperations.all + FeatureOperations.all + SignalOperations.all
                    + BridgeOperations.all + RiskOperations.all + AuditOperations.all + PortfolioOperations.all
                    + RebalanceOperations.all + ExecutionOperations.all + SettingsOperations.all
                    + ModeOperations.all + ExchangeOperations.all()
                    + TradingSessionOperations.all + SimulationOperations.all + SessionOperations.all(sessions),
                sessions: sessions, settings: settings, logger: logger,
                onListening: { port in
                    state.outcome.withLock { $0 = .success(port) }
                    state.started.signal()
                })
            let group = ServiceGroup(services: [server], logger: logger)
            state.group.withLock { $0 = group }
            do { try await group.run() } catch { state.outcome.withLock { $0 = .failure(error) } }
            state.started.signal()
            state.ended.signal()
        }
        state.started.wait()
        port = try Listener.port(state.outcome.withLock { $0 }, settings)
        let shown = settings.host == "0.0.0.0" ? "127.0.0.1" : settings.host
        url = "http://\(shown):\(port)"
        try HostFile(
            url: url, supervisorPid: supervisor, socket: socket,
            startedAt: Timestamp(nanoseconds: WallClock.now).description, version: Stratagem.version, token: secret
        ).write(in: dataPath)
    }

    /// Ends connections, at the latest after two seconds.
    func stop() {
        if let group = state.group.withLock({ $0 }) {
            Task.detached { await group.triggerGracefulShutdown() }
            _ = state.ended.wait(timeout: .now() + 2)
        }
        HostFile.remove(from: dataPath)
        unlink(socket)
    }

    private static func port(_ outcome: Result<Int, any Error>?, _ settings: API.APISettings) throws(CommandError)
        -> Int
    {
        switch outcome {
        case .success(let port): return port
        case .failure(let error):
            let isServicePort = (error as? APIServerFailure)?.isServicePort == true
            throw CommandError(
                .environment, "\(error)", at: isServicePort ? "--service-ports" : "\(settings.host):\(settings.port)",
                isServicePort
                    ? "end that program, or choose other ports with --service-port-offset"
                    : "end that program, or choose another port with --port")
        case nil:
            throw CommandError(
                .environment, "the API does not listen", at: "\(settings.host):\(settings.port)",
                "choose another port with --port")
        }
    }

    private static func signingKey(_ dataPath: String) throws(CommandError) -> SigningKey {
        do {
            return try SigningKey.stored(at: dataPath + "/secret.key")
        } catch {
            throw CommandError(.environment, error.description, at: dataPath, "mend that and start again")
        }
    }

    private static func sessions(_ journal: Journal) throws(CommandError) -> ClientSessions {
        do {
            return try ClientSessions(store: StoredSessions(store: journal.identity))
        } catch {
            throw CommandError(
                .environment, "clients' sessions cannot be read: \(error)", at: journal.path, "restore a backup")
        }
    }

    /// What the libraries have to say goes to standard error, errors only: the terminal belongs to the table.
    private static var logger: Logger {
        var logger = Logger(label: "stratagem") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }
}

extension API.APISettings {
    init(_ settings: Configuration.APISettings) {
        self.init()
        host = settings.host
        port = Int(settings.port)
        bodyBytesMax = settings.maxBodyBytes
        servicePortOffset = settings.servicePorts ? settings.servicePortOffset : nil
        accessLogPath = settings.accessLog ? "access.log" : nil
        origins = settings.cors
        var limits: [RateClass: RateLimit] = [:]
        for (name, limit) in settings.rateLimits {
            guard let rate = RateClass(configured: name) else { continue }
            switch limit {
            case .off: continue
            case .perSecond(let count): limits[rate] = .perSecond(count)
            case .perMinute(let count): limits[rate] = .perMinute(count)
            }
        }
        rateLimits = RateLimits(limits)
    }
}

extension RateClass {
    /// As host.yaml names it.
    fileprivate init?(configured name: String) {
        switch name {
        case "auth": self = .auth
        case "market_data": self = .marketData
        case "trading": self = .trading
        case "trading_exit": self = .tradingExit
        case "strategy": self = .strategy
        case "performance": self = .performance
        case "websocket": self = .websocket
        case "default": self = .standard
        default: return nil
        }
    }
}
