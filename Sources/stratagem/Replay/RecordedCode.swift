import CStrategyABI
import Configuration
import Engine
import FoundationEssentials
import PluginHost
import Trading

/// What a recording says about the code that is called from some place on.
struct RecordedCode: Codable, Equatable {
    /// Where its memory comes from.
    enum Memory: String, Codable {
        /// It began anew.
        case none
        /// The bytes stand behind this.
        case saved
        /// They were written down later, under `memoryNumber`.
        case later
    }

    var strategy: String
    var plugin: String
    var sha256: String
    var generation: Int
    var answersLate: Bool
    /// Of its random numbers.
    var seed: UInt64
    /// Indices of the instruments that it may trade.
    var instruments: [Int]
    /// Those in force, and those that its strategy.yaml named.
    var parameters: [String: String]
    var configured: [String: String]
    var memory = Memory.none
    var memoryNumber: UInt64 = 0

    init?(_ record: StrategyRecord) {
        guard let instance = record.instance, let plugin = record.plugin else { return nil }
        strategy = record.id
        self.plugin = plugin.id
        sha256 = record.generations.first { $0.number == record.generation }?.sha256 ?? ""
        generation = record.generation
        answersLate = instance.answersLate
        seed = record.seed
        instruments = record.instruments
        parameters = Dictionary(
            instance.parameterTexts.map { ($0.name, $0.text) }, uniquingKeysWith: { _, last in last })
        configured = record.configuration?.parameterValues.mapValues(\.text) ?? [:]
    }
}

/// Bytes of any length as records of a recording.
enum RecordedBytes {
    static func records(_ bytes: [UInt8]) -> [EventRecord] {
        stride(from: 0, to: bytes.count, by: 64).map { start in
            var record = EventRecord()
            withUnsafeMutableBytes(of: &record) { $0.copyBytes(from: bytes[start..<min(start + 64, bytes.count)]) }
            return record
        }
    }

    static func count(_ bytes: Int) -> Int { (bytes + 63) / 64 }

    static func bytes(_ records: UnsafeBufferPointer<EventRecord>, _ count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(records).prefix(count))
    }
}

/// What an instance remembered, as bytes: its version and hash, then the state's own.
extension StrategyState {
    var recorded: [UInt8] {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: schemaVersion.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: schemaHash.littleEndian) { bytes += $0 }
        return bytes + self.bytes
    }

    init?(recorded bytes: [UInt8]) {
        let head = MemoryLayout<UInt32>.size + MemoryLayout<UInt64>.size
        guard bytes.count >= head else { return nil }
        let version = bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        let hash = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self)) }
        self.init(schemaVersion: version, schemaHash: hash, bytes: Array(bytes[head...]))
    }
}
