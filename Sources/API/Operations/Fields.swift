import Trading

/// The fields of one object of a request. A getter reads the field, or notes its fault and gives a neutral value: the operation
/// runs only when there is no fault at all. When the reader describes, the same getter records the field's schema.
public final class Fields {
    /// A field's fault, without its path.
    struct Invalid: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    /// nil when this describes.
    private let values: [JSONValue.Member]?
    private let place: String
    /// The values are texts of a path or a query: "5" is a number there, "a,b" a list.
    let isText: Bool
    let faults: FaultList
    private var known: [String] = []
    private(set) var properties: [Schema.Property] = []
    private var isOpen = false

    init(_ values: [JSONValue.Member]?, place: String, isText: Bool, faults: FaultList) {
        self.values = values
        self.place = place
        self.isText = isText
        self.faults = faults
    }

    var isDescribing: Bool { values == nil }
    var schema: Schema { .object(properties, isOpen: isOpen) }

    /// All fields, whatever they are called: for an object whose names somebody else has to judge.
    public func members() -> [JSONValue.Member] {
        isOpen = true
        known += (values ?? []).map(\.name)
        return values ?? []
    }

    /// A fault that lies in how fields go together. Nothing is noted while describing.
    public func fault(_ name: String, _ message: String) {
        if !isDescribing { faults.add(path(of: name), message) }
    }

    func path(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    /// nil when the field is absent or null, or has a fault.
    func read<Value>(
        _ name: String, _ schema: @autoclosure () -> Schema, isRequired: Bool,
        _ parse: (JSONValue) throws(Invalid) -> Value
    ) -> Value? {
        known.append(name)
        guard let values else {
            record(name, schema(), isRequired)
            return nil
        }
        guard let value = values.first(where: { $0.name == name })?.value, value != .null else {
            if isRequired { fault(name, "is required") }
            return nil
        }
        do throws(Invalid) {
            return try parse(value)
        } catch {
            fault(name, error.text)
            return nil
        }
    }

    /// In a body null stands for a field that is left out.
    private func record(_ name: String, _ schema: Schema, _ isRequired: Bool) {
        let isNullable = !isRequired && !isText
        properties.append(Schema.Property(name, isNullable ? .nullable(schema) : schema, isRequired: isRequired))
    }

    /// An object in this one. nil when it is absent; its faults carry its path.
    func nested<Value>(
        _ name: String, isRequired: Bool, _ content: (Fields) -> Value
    ) -> Value? {
        if isDescribing {
            let inner = Fields(nil, place: path(of: name), isText: false, faults: faults)
            let value = content(inner)
            known.append(name)
            record(name, inner.schema, isRequired)
            return value
        }
        let members = read(name, .any, isRequired: isRequired) { value throws(Invalid) in
            guard case .object(let members) = value else { throw Invalid("must be an object, not \(value.kind)") }
            return members
        }
        return members.map { inside($0, path(of: name), content) }
    }

    func inside<Value>(_ members: [JSONValue.Member], _ place: String, _ content: (Fields) -> Value) -> Value {
        let inner = Fields(members, place: place, isText: false, faults: faults)
        let value = content(inner)
        inner.refuseUnknown()
        return value
    }

    /// Call it after all getters.
    func refuseUnknown(but allowed: Set<String> = []) {
        guard let values else { return }
        for member in values where !known.contains(member.name) && !allowed.contains(member.name) {
            fault(String(member.name.prefix(80)), "is no field of this request")
        }
    }
}

final class FaultList {
    private(set) var all: [RequestFault] = []
    func add(_ path: String, _ message: String) {
        // A hostile body can have a hundred thousand faults; nobody reads more than these.
        if all.count < 100 { all.append(RequestFault(path: path, message: message)) }
    }
}
