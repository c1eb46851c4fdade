import CoreMetrics
import Synchronization

/// Counts open WebSockets, and by which code the host closed others.
final class SocketMeter: Sendable {
    private let registry: PrometheusRegistry
    private let gauge: any RecorderHandler
    private let open = Mutex(0)

    init(_ registry: PrometheusRegistry) {
        self.registry = registry
        gauge = registry.makeRecorder(label: "api_sockets_open", dimensions: [], aggregate: false)
    }

    func opened() { change(by: 1) }
    func closed() { change(by: -1) }

    func ended(by code: CloseCode) {
        let label = ("code", String(code.rawValue))
        registry.makeCounter(label: "api_socket_closes_total", dimensions: [label]).increment(by: 1)
    }

    private func change(by number: Int) {
        open.withLock { open in
            open += number
            gauge.record(Int64(open))
        }
    }
}
