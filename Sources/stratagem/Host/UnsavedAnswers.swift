import API
import Configuration
import Engine
import Journal
import Trading

// What the host before answered without a journal, done once more at the start; and forgotten once the journal has it.

extension HostCore {
    /// To be called before strategies are enabled.
    func takeUnsaved() {
        for entry in unsavedAnswers {
            switch entry {
            case .stop(let stop): throwAgain(stop)
            case .disable(let id, _): disableAgain(id)
            case .cancel(let order): engine.cancelOrder(id: order)
            }
        }
        guard unsaved.isDamaged else { return }
        let request = StopRequest(
            scope: .system, mode: .stop, reason: "\(unsaved.path) cannot be read: stops may be missing",
            triggeredBy: "host")
        // A stop of the whole system names nothing that could be unknown.
        _ = try? throwStop(request, by: Requester(user: "host", channel: "host"))
    }

    private func throwAgain(_ stop: UnsavedLog.Stop) {
        stops.lastNumber = stop.number
        engine.numberStops(from: stop.number + 1)
        guard let scope = try? scope(of: stop.view.request) else { return }
        keep(stop.view, in: scope)
    }

    private func disableAgain(_ id: String) {
        guard let slot = try? wired(id) else { return }
        let policy = strategies[slot].configuration?.onStop.stopPolicy ?? .cancel
        for instrument in universe.instruments.indices where policy != .keep {
            engine.cancelOrders(strategy: slot, instrument: instrument)
            if policy == .flatten { engine.flattenPosition(strategy: slot, instrument: instrument) }
        }
        noteSwitch(slot, on: false, by: Requester(user: "host", channel: "host"))
    }

    /// Once all that was done up to now is durable, what stands in the log is not needed any more.
    func forgetUnsaved() {
        guard let mark = unsaved.mark else { return }
        afterDurable { [unsaved] result in
            if case .success = result { unsaved.clear(upTo: mark) }
        }
    }
}

extension Recovery {
    /// Whether the journal took it before the end after all, and perhaps what was done about it since.
    func has(_ entry: UnsavedLog.Entry) -> Bool {
        switch entry {
        case .stop(let stop): stop.number <= lastStopID
        case .disable(let id, let time): settings.contains { $0.strategy == id && $0.time.nanoseconds >= time }
        // Of an order that has ended it does nothing.
        case .cancel: false
        }
    }
}

extension UnsavedLog.Entry {
    /// nil = the view names nothing to remember: a drill.
    static func stop(_ view: StopView) -> UnsavedLog.Entry? {
        guard !view.request.isDrill, let number = HostNames.number(view.id, "stop") else { return nil }
        return .stop(
            UnsavedLog.Stop(
                number: number, scope: view.request.scope.rawValue, target: view.request.target,
                mode: view.request.mode.rawValue, reason: view.request.reason, triggeredBy: view.request.triggeredBy,
                user: view.requester.user, channel: view.requester.channel, time: view.time.nanoseconds))
    }
}

extension UnsavedLog.Stop {
    /// Words of another version are read as the strictest: a system stop.
    var view: StopView {
        StopView(
            id: "stop-\(number)",
            request: StopRequest(
                scope: StopRequest.Scope(rawValue: scope) ?? .system, target: target,
                mode: StopRequest.Mode(rawValue: mode) ?? .stop, reason: reason, triggeredBy: triggeredBy),
            time: Timestamp(nanoseconds: time), requester: Requester(user: user, channel: channel), affected: [])
    }
}
