import Trading

/// What an operation takes. One initialiser both reads a request and describes it: it asks for all fields, always.
public protocol OperationInput: Sendable {
    init(_ input: inout InputReader)

    /// What does not fit the instruments that there are. Asked only when other fields have faults, so that one answer names
    /// them all; the host judges what is whole. A field with a fault of its own has a neutral value here.
    func faults(among instruments: [InstrumentView]) -> [RequestFault]
}

extension OperationInput {
    public func faults(among instruments: [InstrumentView]) -> [RequestFault] { [] }
}

extension [InstrumentView] {
    /// By id or alias.
    func named(_ name: String) -> Instrument? {
        first { $0.instrument.id == name || $0.aliases.contains(name) }?.instrument
    }
}

/// The three places of a request that carry fields.
public struct InputReader {
    /// {names} of the path.
    public let path: Fields
    public let query: Fields
    /// Faults on unknown fields.
    public let body: Fields
    private let faults: FaultList

    /// Reads; a body that is absent has no fields.
    init(path: [JSONValue.Member], query: [JSONValue.Member], body: JSONValue?) {
        faults = FaultList()
        self.path = Fields(path, place: "", isText: true, faults: faults)
        self.query = Fields(query, place: "", isText: true, faults: faults)
        var members: [JSONValue.Member] = []
        switch body {
        case .object(let all): members = all
        case nil: break
        case let other?: faults.add("", "the body must be a JSON object, not \(other.kind)")
        }
        self.body = Fields(members, place: "", isText: false, faults: faults)
    }

    /// Describes.
    init() {
        faults = FaultList()
        path = Fields(nil, place: "", isText: true, faults: faults)
        query = Fields(nil, place: "", isText: true, faults: faults)
        body = Fields(nil, place: "", isText: false, faults: faults)
    }

    /// All faults, after the input has been read.
    func finish(allowing names: Set<String>) -> [RequestFault] {
        body.refuseUnknown(but: names)
        return faults.all
    }
}

/// An operation without fields.
public struct NoInput: OperationInput {
    public init(_ input: inout InputReader) {}
}
