import CoreMetrics
import Synchronization

/// Counts answered requests by route template and status. Metrics are held once they are made: a lookup there goes through
/// more locks and texts than one here.
final class RequestMeter: Sendable {
    private struct Key: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    private struct Meters {
        var requests: any CounterHandler
        var errors: (any CounterHandler)?
        var duration: any TimerHandler
    }

    private let registry: PrometheusRegistry
    private let meters = Mutex<[Key: Meters]>([:])
    /// Orders that were entered, from the request to the durable verdict.
    private let execution: any TimerHandler

    init(_ registry: PrometheusRegistry) {
        self.registry = registry
        execution = registry.makeTimer(label: "trade_execution_duration_seconds", dimensions: [])
    }

    func observe(_ request: RequestObservation) {
        let key = Key(method: request.knownMethod, route: request.route, status: request.status)
        let nanoseconds = request.nanoseconds
        let found = meters.withLock { meters in
            if let known = meters[key] { return known }
            let made = make(key)
            meters[key] = made
            return made
        }
        found.requests.increment(by: 1)
        found.errors?.increment(by: 1)
        found.duration.recordNanoseconds(nanoseconds)
        if request.isOrderEntry, request.status == 200 { execution.recordNanoseconds(nanoseconds) }
    }

    private func make(_ key: Key) -> Meters {
        let route = [("method", key.method), ("route", key.route)]
        let all = route + [("status", String(key.status))]
        return Meters(
            requests: registry.makeCounter(label: "api_requests_total", dimensions: all),
            errors: key.status >= 400 ? registry.makeCounter(label: "api_errors_total", dimensions: all) : nil,
            duration: registry.makeTimer(label: "api_request_duration_seconds", dimensions: route))
    }
}
