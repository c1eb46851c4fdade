public import CStrategyABI
public import Trading

/// Features that somebody wants, in an order of its own: places in `Feature.all`. A word of memory, so that whoever calls a
/// strategy carries it without a reference count; what it points to stays as long as the process, as the library does that
/// named them.
public struct FeatureList: @unchecked Sendable, BitwiseCopyable {
    /// The count, the hash, then the places.
    private let words: UnsafePointer<UInt32>?

    /// No features.
    public static var none: FeatureList { FeatureList(words: nil) }

    private init(words: UnsafePointer<UInt32>?) { self.words = words }

    /// Every name must be one of `Feature.all`, and there once; what is wrong is told all at once.
    public init(_ names: [String]) throws(FeatureListFault) {
        var problems: [String] = []
        var places: [UInt32] = []
        for (index, name) in names.enumerated() {
            guard let place = Feature.index(of: name) else {
                problems.append(FeatureList.unknown(name))
                continue
            }
            if names[..<index].contains(name) { problems.append("the feature \(name) is named twice") }
            places.append(UInt32(place))
        }
        guard problems.isEmpty else { throw FeatureListFault(problems: problems) }
        guard !places.isEmpty else {
            words = nil
            return
        }
        let made = UnsafeMutablePointer<UInt32>.allocate(capacity: places.count + 2)
        made[0] = UInt32(places.count)
        made[1] = FeatureList.hash(names)
        for (index, place) in places.enumerated() { made[index + 2] = place }
        words = UnsafePointer(made)
    }

    private static func unknown(_ name: String) -> String {
        let hint = Nearest.match(name, in: Feature.all.map(\.name)).map { "did you mean \($0)?" }
        return "'\(name)' is no feature; \(hint ?? "stratagem features lists them")"
    }

    /// FNV-1a of 32 bits over the names, each with a NUL.
    private static func hash(_ names: [String]) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for name in names {
            for byte in Array(name.utf8) + [0] { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        }
        return hash
    }

    public var isEmpty: Bool { words == nil }
    public var count: Int { words.map { Int($0[0]) } ?? 0 }
    /// Tells lists apart: a chain of values carries it.
    public var hash: UInt32 { words.map { $0[1] } ?? 0 }
    /// The place in `Feature.all` of the one at `index` < count.
    public func place(_ index: Int) -> Int {
        guard let words, index >= 0, index < words[0] else { preconditionFailure("feature \(index) of \(count)") }
        return Int(words[index + 2])
    }
    public var names: [String] { (0..<count).map { Feature.all[place($0)].name } }
    /// One of them moves with quotes, trades or books.
    public var readsBook: Bool { (0..<count).contains { Feature.all[place($0)].group == .orderBook } }

    /// Records of the longest chain.
    public static var chainMax: Int { 2 + Feature.all.count / FeatureList.valuesInMore }
    private static let valuesInHead = 5
    private static let valuesInMore = 6

    /// Writes a FEATURES event with the values for a bar, `value` by place in `Feature.all`, and returns its number of records,
    /// MORE records included. `records` has room for `chainMax`; the list is not empty.
    public func write(
        _ bar: Bar, into records: UnsafeMutablePointer<EventRecord>, value: (Int) -> Double?
    ) -> Int {
        let rest = max(0, count - FeatureList.valuesInHead)
        let moreCount = (rest + FeatureList.valuesInMore - 1) / FeatureList.valuesInMore
        for index in 0...moreCount {
            var record = EventRecord()
            record.type = index == 0 ? EventType.features.rawValue : EventType.more.rawValue
            record.flags = index == 0 ? bar.flags & ~UInt16(STRATEGY_FLAG_MORE) : 0
            if index < moreCount { record.flags |= UInt16(STRATEGY_FLAG_MORE) }
            record.instrument = bar.instrument
            record.time = bar.time
            if index == 0 { record.payload.0 = UInt64(count) | UInt64(hash) << 32 }
            records[index] = record
        }
        // The values lie at the end of each record.
        for index in 0..<count {
            let value = value(place(index)) ?? .nan
            let isInHead = index < FeatureList.valuesInHead
            let beyond = index - FeatureList.valuesInHead
            let record = isInHead ? 0 : 1 + beyond / FeatureList.valuesInMore
            let word = isInHead ? index + 3 : 2 + beyond % FeatureList.valuesInMore
            UnsafeMutableRawPointer(records + record).storeBytes(of: value, toByteOffset: 8 * word, as: Double.self)
        }
        return moreCount + 1
    }
}

extension FeatureList: Equatable {
    public static func == (one: FeatureList, other: FeatureList) -> Bool {
        one.count == other.count && (0..<one.count).allSatisfy { one.place($0) == other.place($0) }
    }
}

/// Names that make no list of features.
public struct FeatureListFault: Error, Equatable {
    public let problems: [String]
}
