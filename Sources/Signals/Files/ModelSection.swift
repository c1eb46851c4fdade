/// An object of a model's file. Reading what is missing or of another kind notes a fault and gives nil.
struct ModelSection {
    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let container: KeyedDecodingContainer<Name>
    let path: String
    let faults: ModelFaults

    init(_ container: KeyedDecodingContainer<Name>, path: String = "", _ faults: ModelFaults) {
        self.container = container
        self.path = path
        self.faults = faults
    }

    func has(_ key: String) -> Bool { container.contains(Name(stringValue: key)) }
    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    func fault(_ key: String, _ message: String) { faults.add(place(key), message) }

    func read<Value: Decodable>(_ key: String, as type: Value.Type = Value.self, _ words: String) -> Value? {
        do {
            return try container.decode(type, forKey: Name(stringValue: key))
        } catch DecodingError.keyNotFound {
            fault(key, "is missing; expected \(words)")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            faults.add(ModelSection.path(context.codingPath), "is no \(words)")
        } catch {
            fault(key, "cannot be read: \(error)")
        }
        return nil
    }

    func text(_ key: String) -> String? { read(key, "text") }

    /// A list of `count` numbers, each of them finite.
    func numbers<Value: BinaryFloatingPoint & Decodable>(_ key: String, count: Int?) -> [Value]? {
        guard let list = read(key, as: [Value].self, "number") else { return nil }
        for (index, value) in list.enumerated() where !value.isFinite {
            faults.add("\(place(key))[\(index)]", "is \(value); expected a finite number")
        }
        return has(count, list, key) ? list : nil
    }

    func integers(_ key: String, count: Int?) -> [Int]? {
        guard let list = read(key, as: [Int].self, "whole number") else { return nil }
        return has(count, list, key) ? list : nil
    }

    private func has<Value>(_ count: Int?, _ list: [Value], _ key: String) -> Bool {
        guard let count, list.count != count else { return true }
        fault(key, "has \(list.count) elements; expected \(count)")
        return false
    }

    func section(_ key: String) -> ModelSection? {
        do {
            let inner = try container.nestedContainer(keyedBy: Name.self, forKey: Name(stringValue: key))
            return ModelSection(inner, path: place(key), faults)
        } catch {
            fault(key, has(key) ? "is no object" : "is missing; expected an object")
            return nil
        }
    }

    /// The objects of a list, at most `most`.
    func sections(_ key: String, most: Int) -> [ModelSection]? {
        guard var list = try? container.nestedUnkeyedContainer(forKey: Name(stringValue: key)) else {
            fault(key, has(key) ? "is no list" : "is missing; expected a list")
            return nil
        }
        guard (list.count ?? 0) <= most else {
            fault(key, "has \(list.count ?? 0) elements; at most \(most) are taken")
            return nil
        }
        var result: [ModelSection] = []
        while !list.isAtEnd {
            let place = "\(place(key))[\(list.currentIndex)]"
            guard let inner = try? list.nestedContainer(keyedBy: Name.self) else {
                faults.add(place, "is no object")
                return nil
            }
            result.append(ModelSection(inner, path: place, faults))
        }
        return result
    }

    /// "a.b[3]".
    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { path, key in
            if let index = key.intValue { return "\(path)[\(index)]" }
            return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
        }
    }
}
