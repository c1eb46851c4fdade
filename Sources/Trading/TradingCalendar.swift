/// When an instrument trades: always, or in a sorted list of sessions. The edge expands zones, holidays and half days
/// into sessions, so that the core knows only instants.
public struct TradingCalendar: Sendable, Equatable {
    /// From `open` (included) to `close` (excluded).
    public struct Session: Sendable, Equatable, BitwiseCopyable {
        public var open: Timestamp
        public var close: Timestamp
        public init(open: Timestamp, close: Timestamp) {
            self.open = open
            self.close = close
        }
    }

    public static let alwaysOpen = TradingCalendar(name: "always-open", sessions: nil)

    public let name: String
    /// nil = always open.
    public let sessions: [Session]?

    /// `sessions` are sorted by opening time here; overlapping ones are a configuration error that the edge reports.
    public init(name: String, sessions: [Session]?) {
        self.name = name
        self.sessions = sessions?.sorted { $0.open < $1.open }
    }

    public func isOpen(at time: Timestamp) -> Bool {
        guard sessions != nil else { return true }
        return session(at: time) != nil
    }

    /// The session that `time` lies in; nil = none, or the market never closes.
    public func session(at time: Timestamp) -> Session? {
        guard let sessions else { return nil }
        var low = 0
        var high = sessions.count
        while low < high {
            let middle = (low + high) / 2
            if sessions[middle].close <= time { low = middle + 1 } else { high = middle }
        }
        return low < sessions.count && sessions[low].open <= time ? sessions[low] : nil
    }
}
