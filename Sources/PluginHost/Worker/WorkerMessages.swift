internal import Trading

// What host and worker say to each other besides events and intents. The host reads with suspicion: whatever a worker
// writes, it is a problem or a good value.

/// Questions of the host; numbers of the protocol.
enum WorkerOperation: UInt32 {
    /// Load a library and say what it is.
    case describe = 1
    /// Load a library and make an instance.
    case create = 2
    case save = 3
    case restore = 4
    /// Call a function of the plugin on the instance.
    case call = 5
}

/// The library that a worker loads.
struct WorkerLibrary {
    var original: String
    var copy: String
    var generation: Int

    init(original: String, copy: String, generation: Int) {
        self.original = original
        self.copy = copy
        self.generation = generation
    }

    func encode(into writer: inout ByteWriter) {
        writer.put(original)
        writer.put(copy)
        writer.put(UInt64(generation))
    }

    init(from reader: inout ByteReader) throws(CodingFault) {
        original = try reader.text(limit: 4096)
        copy = try reader.text(limit: 4096)
        generation = Int(clamping: try reader.number(UInt64.self))
    }
}

/// All that an instance is made with.
struct WorkerOrder {
    var library: WorkerLibrary
    var instruments: [Instrument]
    var bound: [UInt32]
    var seed: UInt64
    var parameters: [String: ParameterValue]

    func encode(into writer: inout ByteWriter) {
        library.encode(into: &writer)
        writer.put(count: instruments.count)
        for instrument in instruments {
            writer.put(instrument.id)
            writer.put(instrument.quoteCurrency)
            writer.put(instrument.terms.tick)
            writer.put(instrument.terms.lot)
            writer.put(instrument.terms.minQuantity)
            writer.put(instrument.terms.maxQuantity)
            writer.put(instrument.terms.multiplier)
        }
        writer.put(count: bound.count)
        for index in bound { writer.put(index) }
        writer.put(seed)
        writer.put(count: parameters.count)
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            writer.put(name)
            value.encode(into: &writer)
        }
    }

    init(
        library: WorkerLibrary, instruments: [Instrument], bound: [UInt32], seed: UInt64,
        parameters: [String: ParameterValue]
    ) {
        self.library = library
        self.instruments = instruments
        self.bound = bound
        self.seed = seed
        self.parameters = parameters
    }

    init(from reader: inout ByteReader) throws(CodingFault) {
        library = try WorkerLibrary(from: &reader)
        instruments = []
        for _ in 0..<(try reader.count(of: 48)) {
            let id = try reader.text(limit: 31)
            let currency = try reader.text(limit: 15)
            let terms = InstrumentTerms(
                tick: try reader.fixed(), lot: try reader.fixed(), minQuantity: try reader.fixed(),
                maxQuantity: try reader.fixed(), multiplier: try reader.number())
            instruments.append(Instrument(id: id, quoteCurrency: currency, terms: terms))
        }
        bound = []
        for _ in 0..<(try reader.count(of: 4)) { bound.append(try reader.number()) }
        seed = try reader.number()
        parameters = [:]
        for _ in 0..<(try reader.count(of: 5)) {
            let name = try reader.text(limit: 4096)
            parameters[name] = try ParameterValue(from: &reader)
        }
        try reader.end()
    }
}

extension ParameterValue {
    fileprivate func encode(into writer: inout ByteWriter) {
        switch self {
        case .integer(let number):
            writer.put(UInt8(0))
            writer.put(number)
        case .decimal(let text):
            writer.put(UInt8(1))
            writer.put(text)
        case .boolean(let flag):
            writer.put(UInt8(2))
            writer.put(flag)
        case .text(let text):
            writer.put(UInt8(3))
            writer.put(text)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(CodingFault) {
        switch try reader.number(UInt8.self) {
        case 0: self = .integer(try reader.number())
        case 1: self = .decimal(try reader.text(limit: 1 << 20))
        case 2: self = .boolean(try reader.bool())
        case 3: self = .text(try reader.text(limit: 1 << 20))
        case let other: throw reader.fault("kind of value \(other)")
        }
    }
}

// MARK: - What a worker answers

/// What an instance is like once it was made.
struct WorkerReceipt {
    var parameterTexts: [(name: String, text: String)]
    var confinement: Confinement

    func encode(into writer: inout ByteWriter) {
        writer.put(count: parameterTexts.count)
        for (name, text) in parameterTexts {
            writer.put(name)
            writer.put(text)
        }
        for texts in [confinement.measures, confinement.gaps] {
            writer.put(count: texts.count)
            for text in texts { writer.put(text) }
        }
    }

    init(parameterTexts: [(name: String, text: String)], confinement: Confinement) {
        self.parameterTexts = parameterTexts
        self.confinement = confinement
    }

    init(from reader: inout ByteReader) throws(CodingFault) {
        parameterTexts = []
        for _ in 0..<min(try reader.count(of: 8), ParameterReader.countLimit) {
            parameterTexts.append((try reader.line(limit: 64), try reader.line(limit: 4096)))
        }
        confinement = Confinement()
        confinement.measures = try WorkerReceipt.texts(from: &reader)
        confinement.gaps = try WorkerReceipt.texts(from: &reader)
    }

    private static func texts(from reader: inout ByteReader) throws(CodingFault) -> [String] {
        var texts: [String] = []
        for _ in 0..<min(try reader.count(of: 4), 8) { texts.append(try reader.line(limit: 1024)) }
        return texts
    }
}

/// An instance's memory, and how many event records it had seen.
struct WorkerMemory {
    /// nil = the plugin cannot save it.
    var state: StrategyState?
    var sequence: UInt64

    func encode(into writer: inout ByteWriter) {
        writer.put(sequence)
        writer.put(state != nil)
        guard let state else { return }
        writer.put(state.schemaVersion)
        writer.put(state.schemaHash)
        writer.put(bytes: state.bytes)
    }

    init(state: StrategyState?, sequence: UInt64) {
        self.state = state
        self.sequence = sequence
    }

    init(_ bytes: [UInt8]) throws(CodingFault) {
        var reader = ByteReader(bytes)
        sequence = try reader.number()
        guard try reader.bool() else { return }
        let version: UInt32 = try reader.number()
        let hash: UInt64 = try reader.number()
        guard reader.remaining <= StrategyState.sizeLimitBytes else { throw reader.fault("too large") }
        state = StrategyState(schemaVersion: version, schemaHash: hash, bytes: Array(bytes[reader.offset...]))
    }
}

extension ByteWriter {
    /// UTF-8 with its length before.
    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        put(bytes: Array(text.utf8))
    }
}

extension ByteReader {
    mutating func text(limit: Int) throws(CodingFault) -> String {
        let size = try count(of: 1)
        guard size <= limit else { throw fault("a text of \(size) bytes") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for _ in 0..<size { bytes.append(try number()) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("a text that is not UTF-8") }
        return text
    }

    /// A text that can be shown: no control characters but line breaks.
    mutating func line(limit: Int) throws(CodingFault) -> String {
        let text = try text(limit: limit)
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f || $0.value == 0x0a }
        guard isPlain else { throw fault("a text with control characters") }
        return text
    }
}
