import Trading

/// Facts as the state hash reads them: the bytes of the journal, so that equal runs give equal bytes anywhere. A denial
/// stands there in its first form, without the number of its findings and
/// what the limits had used: hashes of older builds stay comparable. Warnings change nothing and are left out.
public struct CanonicalBytes: Sendable {
    private var writer = ByteWriter()
    public var bytes: [UInt8] { writer.bytes }

    public init() {}

    public mutating func removeAll() { writer.removeAll() }

    public mutating func append(_ log: FactLog) {
        for event in log.events {
            if case .orderWarned = event { continue }
            guard case .orderDenied(let denial) = event else {
                FactCoding.append(event, findings: log.findings, to: &writer)
                continue
            }
            writer.put(UInt8(2))
            writer.put(denial)
            for var finding in log.findings[denial.findings] {
                finding.used = nil
                writer.put(finding)
            }
        }
    }
}
