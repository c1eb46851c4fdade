/// `signals` of host.yaml: what the host thinks of its markets by itself.
public struct SignalSettings: Sendable, Equatable {
    /// Of the market's time, between two signals of an instrument; nil = the host makes none by itself.
    public var everySeconds: Int64? = 60
    /// "rules", or the name of a file in `models` without its ending.
    public var model = "rules"
    /// Of the bars that models see; nil = the model's own, or else 1m.
    public var timeframe: String?
    /// Of the market's time, after which a signal is judged.
    public var horizonSeconds: Int64 = 3600

    /// As clients may name them.
    public static let timeframes = ["1m", "5m", "15m", "30m", "1h", "4h", "1d"]

    public init() {}

    init(_ section: inout Section) {
        let spans = "a time like 90s, 5m or 1h"
        let every = section.read("every", spans + " of a second to a day, or off") { text in
            text == "off" ? 0 : TimeSpan.seconds(text, in: 1...86_400)
        }
        if let every { everySeconds = every == 0 ? nil : every }
        if let name = section.text("model", maxBytes: 100) { model = name }
        let known = Self.timeframes
        if let text = section.read(
            "timeframe", "one of " + known.joined(separator: ", "), { known.contains($0) ? $0 : nil })
        {
            timeframe = text
        }
        let horizon = section.read("horizon", spans + " of ten seconds to seven days") { text in
            TimeSpan.seconds(text, in: 10...7 * 86_400)
        }
        if let horizon { horizonSeconds = horizon }
        section.finish()
    }
}
