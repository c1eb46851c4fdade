/// `recordings` of host.yaml: what the host keeps of its own runs.
public struct RecordingSettings: Sendable, Equatable {
    /// Market and strategies' calls of each run on a simulated or live market.
    public var keep = true
    /// Of all such runs together; the oldest go at a start.
    public var megabytesMax = 2048

    public init() {}

    init(_ section: inout Section) {
        if let flag = section.boolean("keep") { keep = flag }
        if let number = section.integer("max_megabytes", in: 1...1_000_000) { megabytesMax = number }
        section.finish()
    }
}
