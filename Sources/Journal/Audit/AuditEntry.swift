import Crypto
public import Trading

/// One row of the audit log. Its hash covers all of it and the hash of the row before, so that no row can be changed, taken out
/// or put in without breaking every hash behind it.
public struct AuditEntry: Sendable, Equatable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Somebody did something.
        case record = 0
        /// The gate or a breaker decided; `fact` is the fact.
        case decision = 1
        /// A strategy went from one state of its life to another.
        case lifecycle = 2
        /// Code was loaded, or became the active one.
        case generation = 3
        /// What the host says of itself: that it started, which limits hold.
        case host = 4
    }

    /// From 1, without gaps.
    public var sequence: UInt64 = 0
    public var kind: Kind
    public var wallTime: Timestamp
    public var eventTime: Timestamp
    /// "order.denied", "emergency-stop", "limits.change", …
    public var action: String
    /// Empty for what no person did.
    public var user = ""
    /// "rest", "socket", "file"; of an order also "strategy", "liquidation", …
    public var channel = ""
    /// Numbers of `names`; −1 = of none.
    public var account = -1
    public var strategy = -1
    /// SHA-256 of the strategy's active code; empty = it has none.
    public var generation: [UInt8] = []
    /// Version of the limits in force: the beginning of the SHA-256 of all of them.
    public var limits: [UInt8] = []
    public var target = ""
    /// JSON.
    public var detail = ""
    /// A fact as the journal keeps it, with its findings.
    public var fact: [UInt8] = []
    public var hash: [UInt8] = []

    public init(_ kind: Kind, _ action: String, wallTime: Timestamp, eventTime: Timestamp) {
        self.kind = kind
        self.action = action
        self.wallTime = wallTime
        self.eventTime = eventTime
    }

    public static let hashBytes = 32
    /// Stands before the first row.
    static let origin = [UInt8](repeating: 0, count: hashBytes)

    /// SHA-256 of the hash before and of every field, each text and list with its length before it.
    func hash(after previous: [UInt8], _ buffer: inout [UInt8]) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        var writer = ByteWriter(taking: &buffer)
        writer.put(bytes: previous)
        writer.put(sequence)
        writer.put(kind.rawValue)
        writer.put(wallTime)
        writer.put(eventTime)
        writer.put(Int64(account))
        writer.put(Int64(strategy))
        for text in [action, user, channel, target, detail] {
            writer.put(count: text.utf8.count)
            writer.put(bytes: Array(text.utf8))
        }
        for list in [generation, limits, fact] {
            writer.put(count: list.count)
            writer.put(bytes: list)
        }
        writer.finish(into: &buffer)
        return Array(SHA256.hash(data: buffer))
    }
}

/// Where the chain ends.
public struct AuditHead: Sendable, Equatable {
    /// 0 = there is no row yet.
    public var sequence: UInt64
    public var hash: [UInt8]
    public var text: String { hash.hexadecimal }
}

extension [UInt8] {
    var hexadecimal: String {
        var text = ""
        text.reserveCapacity(2 * count)
        for byte in self {
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
        return text
    }

    /// nil = not pairs of hexadecimal digits.
    init?(hexadecimal text: String) {
        let digits = Array<UInt8>(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Character(UnicodeScalar(digits[place])).hexDigitValue,
                let low = Character(UnicodeScalar(digits[place + 1])).hexDigitValue
            else { return nil }
            append(UInt8(high << 4 | low))
        }
    }
}
