internal import FoundationEssentials
internal import Trading

/// What a probe is to do: one JSON document on its standard input.
struct ProbeRequest: Codable, Sendable {
    enum Work: String, Codable, Sendable {
        /// Loads the library, reads its description and makes an instance.
        case describe
        /// That, and the conformance pass.
        case check
        /// That, and a call of one function on an instance with the given memory.
        case call
    }

    var work: Work
    /// A copy that nobody changes.
    var library: String
    var setting = ProbeSetting()
    var function = ""
    var arguments: [FunctionValue] = []
    /// Steps that ended an earlier probe of the same library.
    var skipped: [ProbeStep] = []
    var limits = ProbeLimits()
    /// The library is one that is kept from the machine, like in a worker.
    var isConfined = false
}

/// The instance that a probe makes.
struct ProbeSetting: Codable, Sendable {
    struct Listing: Codable, Sendable {
        var id: String
        var quoteCurrency: String
        var tick: Int64
        var lot: Int64
        var minQuantity: Int64
        var maxQuantity: Int64
        var multiplier: Int64
    }
    struct Memory: Codable, Sendable {
        var version: UInt32
        var hash: UInt64
        var bytes: Data
    }

    var instruments: [Listing] = []
    var bound: [UInt32] = []
    var seed: UInt64 = 0
    /// As a person writes them; what is not named has its default.
    var parameters: [String: String] = [:]
    var memory: Memory?
}

/// What a probe may use.
struct ProbeLimits: Codable, Sendable {
    var memoryBytes: UInt64 = 1 << 30
    var cpuSeconds: UInt64 = 60
    var fileBytes: UInt64 = 16 << 20
    var descriptors: UInt64 = 64
    /// After so long it ends, whatever its parent does.
    var seconds: UInt32 = 120
}

/// What a probe is doing: announced before it begins, so that its parent knows where it came to an end.
public enum ProbeStep: String, Codable, Sendable, CaseIterable {
    case start, initialise, enter, describe, create, restore, call
    case events, zeroPrices, notANumber, disorder, unknownTypes, lookAhead
    case saveState, restoreState, speed, leak, functions, destroy

    /// "… while it …"
    public var text: String {
        switch self {
        case .start: "was started"
        case .initialise: "was loaded (its initialisers, or those of a library that it links)"
        case .enter: "was asked for its entry table"
        case .describe: "described itself"
        case .create: "made an instance"
        case .restore: "took over a saved state"
        case .call: "ran the function"
        case .events: "processed ordinary events"
        case .zeroPrices: "processed prices and quantities of zero"
        case .notANumber: "processed a signal whose strength is not a number"
        case .disorder: "processed events out of order"
        case .unknownTypes: "processed events of unknown types"
        case .lookAhead: "processed the same events in blocks and one by one"
        case .saveState: "saved its state"
        case .restoreState: "restored its state into a second instance"
        case .speed: "processed events one by one"
        case .leak: "was created, run and destroyed several times"
        case .functions: "ran a function without arguments"
        case .destroy: "destroyed its instances"
        }
    }

    /// How long it may take.
    var limitNanoseconds: Int64 {
        switch self {
        case .call, .functions: 1_000_000_000
        case .start, .leak, .speed: 20_000_000_000
        default: 5_000_000_000
        }
    }
}

/// One line of a probe's report.
enum ProbeLine: Codable, Sendable {
    case step(ProbeStep)
    case refused([PluginProblem])
    case finding(ProbeFinding)
    case value(FunctionValue)
    case failure(FunctionFailure)
    case figures(ProbeFigures)
    case identity(id: String, version: String)
    /// Everything was done.
    case done
}

/// What a conformance pass has to say.
public struct ProbeFinding: Codable, Sendable, Equatable {
    public enum Severity: String, Codable, Sendable { case error, warning }
    public var severity: Severity
    public var step: ProbeStep
    public var message: String
}

/// What a conformance pass measured.
public struct ProbeFigures: Codable, Sendable, Equatable {
    public var events = 0
    public var intents = 0
    /// Of one call with one event.
    public var medianNanoseconds: Int64 = 0
    public var p99Nanoseconds: Int64 = 0
    public var maxNanoseconds: Int64 = 0
    /// Not given back by an instance that saw 10,000 events and was destroyed.
    public var leakedBytes = 0
    /// nil = it has no state extension.
    public var stateBytes: Int?
    public var functions = 0
}

extension ProbeSetting.Listing {
    init(_ instrument: Instrument) {
        self.init(
            id: instrument.id, quoteCurrency: instrument.quoteCurrency, tick: instrument.terms.tick.raw,
            lot: instrument.terms.lot.raw, minQuantity: instrument.terms.minQuantity.raw,
            maxQuantity: instrument.terms.maxQuantity.raw, multiplier: instrument.terms.multiplier)
    }

    var instrument: Instrument {
        Instrument(
            id: id, quoteCurrency: quoteCurrency,
            terms: InstrumentTerms(
                tick: Price(raw: tick), lot: Quantity(raw: lot), minQuantity: Quantity(raw: minQuantity),
                maxQuantity: Quantity(raw: maxQuantity), multiplier: multiplier))
    }
}
