import FoundationEssentials

/// State as JSON: readable by people, and by later versions of the strategy.
enum StateCoding {
    static func encode(_ value: some Encodable) throws(StrategyFault) -> [UInt8] {
        do { return Array(try encoder().encode(value)) } catch { throw .init(explain(error)) }
    }

    /// Decodes a saved instance. A state of an earlier version goes through the strategy's `migrate`. A property that the
    /// bytes do not have yet takes its value from `defaults`, at whatever depth below the strategy it lies.
    static func decode<S: Strategy>(
        _ type: SavedInstance<S>.Type, _ bytes: [UInt8], version: UInt32, defaults: S
    ) throws(StrategyFault) -> SavedInstance<S> {
        var data = Data(bytes)
        do {
            if version != S.stateVersion { data = try migrated(data, type: S.self, from: version) }
            // As a rule nothing is missing, and nothing has to be made of the defaults.
            do { return try decoder().decode(type, from: data) } catch DecodingError.keyNotFound {}
            let standard = try tree(encoder().encode(defaults))
            // One round per missing property, so there is an end.
            for _ in 0...standard.keyCount {
                do { return try decoder().decode(type, from: data) } catch DecodingError.keyNotFound(let key, let place)
                {
                    data = try filled(data, missing: place.codingPath + [key], from: standard)
                }
            }
            throw StrategyFault("the state lacks more properties than the strategy has")
        } catch let fault as StrategyFault { throw fault } catch { throw .init(explain(error)) }
    }

    /// Every strategy value of the instance in the form of today.
    private static func migrated<S: Strategy>(_ data: Data, type: S.Type, from version: UInt32) throws -> Data {
        var saved = try tree(data)
        guard case .object(var members) = saved, case .list(var values)? = members["strategies"] else {
            throw StrategyFault("the state holds no strategies")
        }
        for index in values.indices {
            guard case .object(var value) = values[index], case .object(let properties)? = value["state"] else {
                throw StrategyFault("the state of strategy \(index) is no object")
            }
            var state = SavedState(properties: properties)
            do { try S.migrate(&state, from: version) } catch {
                throw StrategyFault("the state of version \(version) cannot be migrated: \(reason(error))")
            }
            value["state"] = .object(state.properties)
            values[index] = .object(value)
        }
        members["strategies"] = .list(values)
        saved = .object(members)
        return try encoder().encode(saved)
    }

    private static func reason(_ error: any Error) -> String {
        (error as? StateMigrationError)?.text ?? String(describing: error)
    }

    private static func filled(_ data: Data, missing path: [any CodingKey], from standard: StateValue) throws -> Data {
        // strategies / index / state / the strategy's own path
        guard path.count > 3, path[0].stringValue == "strategies", path[2].stringValue == "state",
            let value = standard.value(at: path.dropFirst(3))
        else { throw StrategyFault("the state has no '\(name(path))', and there is no default for it") }
        var saved = try tree(data)
        saved.set(value, at: path[...])
        return try encoder().encode(saved)
    }

    private static func tree(_ data: Data) throws -> StateValue { try decoder().decode(StateValue.self, from: data) }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let place):
            "the state cannot be read at '\(name(place.codingPath))': \(place.debugDescription)"
        case DecodingError.typeMismatch(let type, let place), DecodingError.valueNotFound(let type, let place):
            "the state has no \(type) at '\(name(place.codingPath))'"
        case EncodingError.invalidValue(_, let place):
            "'\(name(place.codingPath))' cannot be written: \(place.debugDescription)"
        default: String(describing: error)
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
