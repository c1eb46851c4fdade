internal import CStrategyABI
internal import Features

/// Reads the names of a table features.v1, and finds the features that they are of.
struct FeatureNameReader {
    private(set) var problems: [PluginProblem] = []
    private(set) var features = FeatureList.none

    static let countLimit = Int(STRATEGY_FEATURES_MAX)
    static let nameLimit = 64

    init(_ table: strategy_features_ext_v1_t, events: UInt64, memory: GuardedMemory) {
        guard table.count > 0 else { return }
        guard table.count <= Self.countLimit else {
            problems.append(.description("\(table.count) features are above the limit of \(Self.countLimit)"))
            return
        }
        let needed = UInt64(1) << UInt64(STRATEGY_EVENT_FEATURES) | UInt64(1) << UInt64(STRATEGY_EVENT_BAR)
        if events & needed != needed {
            problems.append(
                .description(
                    "it names features, which come with bars, and its events lack the bit of BAR, FEATURES or both"))
        }
        let names = readNames(table, memory)
        guard problems.isEmpty else { return }
        do throws(FeatureListFault) {
            features = try FeatureList(names)
        } catch {
            problems += error.problems.map { .description($0) }
        }
    }

    private mutating func readNames(_ table: strategy_features_ext_v1_t, _ memory: GuardedMemory) -> [String] {
        let width = MemoryLayout<UnsafePointer<CChar>?>.size
        guard let list = table.names,
            let bytes = memory.bytes(at: UnsafeRawPointer(list), count: Int(table.count) * width)
        else {
            problems.append(.description("the names of its features lie at an address that cannot be read"))
            return []
        }
        var names: [String] = []
        for index in 0..<Int(table.count) {
            let address = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * width, as: UInt.self) }
            let text = memory.text(
                at: UnsafePointer<CChar>(bitPattern: address), limit: Self.nameLimit, "the name of feature \(index)")
            switch text {
            case .success(let name): names.append(name)
            case .failure(let problem): problems.append(problem)
            }
        }
        return names
    }
}
