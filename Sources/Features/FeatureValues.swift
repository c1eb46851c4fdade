/// The values of all features, each with whether it is defined. What is not finite is not defined, and its value is 0.
struct FeatureValues: ~Copyable {
    private let values: UnsafeMutablePointer<Double>
    private let defined: UnsafeMutablePointer<Bool>

    init(count: Int) {
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        defined = .allocate(capacity: count)
        defined.initialize(repeating: false, count: count)
    }

    deinit {
        values.deallocate()
        defined.deallocate()
    }

    subscript(_ index: Int) -> Double? { defined[index] ? values[index] : nil }

    /// Writes from `index` on, in the order of the declarations.
    func writer(at index: Int) -> FeatureWriter { FeatureWriter(values: values, defined: defined, index: index) }
}

/// Takes features one after the other, in the order in which they are declared.
struct FeatureWriter {
    let values: UnsafeMutablePointer<Double>
    let defined: UnsafeMutablePointer<Bool>
    var index: Int

    /// The next feature's value; `name` is what the declaration says, too.
    @inline(__always)
    mutating func put(_ name: StaticString, _ value: Double) {
        assert(
            Feature.all[index].name == name.description, "\(name) is written where \(Feature.all[index].name) belongs")
        let isDefined = value.isFinite
        values[index] = isDefined ? value : 0
        defined[index] = isDefined
        index &+= 1
    }

    /// The next `count` features have no value.
    mutating func skip(_ count: Int) {
        for _ in 0..<count {
            values[index] = 0
            defined[index] = false
            index &+= 1
        }
    }
}
