import API
import Trading

/// What a host holds its simulators to.
struct HostControls: Sendable {
    /// Those in force.
    var stops: [StopView]
    var limits: [LimitPlace: LimitOverride]
}

extension HostCore {
    var controls: HostControls { HostControls(stops: stops.active, limits: limitOverrides) }

    /// Who throws a stop here because the host has it; `user` is the host's stop.
    private static let hostChannel = "host"

    /// Takes over what is stopped and limited in the host, and lets go what no longer is.
    func follow(_ controls: HostControls) {
        follow(limits: controls.limits)
        let inForce = Set(controls.stops.map(\.id))
        let followed = stops.active.filter { $0.requester.channel == HostCore.hostChannel }
        for stop in followed where !inForce.contains(stop.requester.user) {
            _ = try? releaseStop(
                stop.id, reason: "released in the host", authorizedBy: stop.requester.user, by: stop.requester)
        }
        let known = Set(followed.map(\.requester.user))
        for stop in controls.stops where !known.contains(stop.id) {
            // Under the host's number, so that a refusal names the stop that is to be released.
            if let number = HostNames.number(stop.id, "stop"), number > stops.lastNumber {
                stops.lastNumber = number - 1
            }
            // One of a strategy that is not here stops nothing here.
            _ = try? throwStop(stop.request, by: Requester(user: stop.id, channel: HostCore.hostChannel))
        }
    }
}
