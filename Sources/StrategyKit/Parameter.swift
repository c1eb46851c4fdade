import CStrategyABI

/// A parameter of a strategy: a stored property that configuration files and operators may set within bounds. Its
/// default is the property's value in `init()`.
///
///     static let parameters: [Parameter<Self>] = [
///         .integer("window", \.window, in: 2...10_000, "Bars in the average"),
///         .duration("cooldown", \.cooldown, in: .zero ... .seconds(3600), "Pause after an exit"),
///     ]
public struct Parameter<S>: Sendable {
    public let name: String
    public let description: String
    /// "" = none.
    public let unit: String
    /// STRATEGY_PARAM_*.
    let kind: Int
    let minimum: strategy_value_v1_t
    let maximum: strategy_value_v1_t
    let choices: [String]
    let get: @Sendable (S) -> strategy_value_v1_t
    let set: @Sendable (inout S, strategy_value_v1_t) -> Void

    /// A writable property that may be named from any thread.
    public typealias Property<Value> = any WritableKeyPath<S, Value> & Sendable

    public static func integer(
        _ name: String, _ property: Property<Int>, in bounds: ClosedRange<Int>, _ description: String,
        unit: String = ""
    ) -> Self {
        .init(
            name, description, unit, STRATEGY_PARAM_INTEGER, Int64(bounds.lowerBound), Int64(bounds.upperBound),
            get: { Int64($0[keyPath: property]) }, set: { $0[keyPath: property] = Int($1) })
    }

    /// A number that needs no exactness: a threshold, a factor.
    public static func number(
        _ name: String, _ property: Property<Double>, in bounds: ClosedRange<Double>, _ description: String,
        unit: String = ""
    ) -> Self {
        .init(
            name: name, description: description, unit: unit, kind: STRATEGY_PARAM_NUMBER,
            minimum: strategy_value_v1_t(number: bounds.lowerBound),
            maximum: strategy_value_v1_t(number: bounds.upperBound), choices: [],
            get: { strategy_value_v1_t(number: $0[keyPath: property]) },
            set: { $0[keyPath: property] = $1.number })
    }

    public static func boolean(_ name: String, _ property: Property<Bool>, _ description: String) -> Self {
        .init(
            name, description, "", STRATEGY_PARAM_BOOLEAN, 0, 1,
            get: { $0[keyPath: property] ? 1 : 0 }, set: { $0[keyPath: property] = $1 != 0 })
    }

    public static func quantity(
        _ name: String, _ property: Property<Quantity>, in bounds: ClosedRange<Quantity>, _ description: String,
        unit: String = "units"
    ) -> Self {
        .init(
            name, description, unit, STRATEGY_PARAM_QUANTITY, bounds.lowerBound.raw, bounds.upperBound.raw,
            get: { $0[keyPath: property].raw }, set: { $0[keyPath: property] = Quantity(raw: $1) })
    }

    public static func price(
        _ name: String, _ property: Property<Price>, in bounds: ClosedRange<Price>, _ description: String,
        unit: String = "quote currency"
    ) -> Self {
        .init(
            name, description, unit, STRATEGY_PARAM_PRICE, bounds.lowerBound.raw, bounds.upperBound.raw,
            get: { $0[keyPath: property].raw }, set: { $0[keyPath: property] = Price(raw: $1) })
    }

    /// One of an enumeration's cases, named by their raw values.
    public static func choice<Choice: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
        _ name: String, _ property: Property<Choice>, _ description: String
    ) -> Self {
        let names = Choice.allCases.map(\.rawValue)
        return .init(
            name, description, "", STRATEGY_PARAM_CHOICE, 0, Int64(names.count - 1), choices: names,
            get: { Int64(names.firstIndex(of: $0[keyPath: property].rawValue) ?? 0) },
            set: { strategy, index in
                guard names.indices.contains(Int(index)), let choice = Choice(rawValue: names[Int(index)]) else {
                    return
                }
                strategy[keyPath: property] = choice
            })
    }

    /// Configuration files give seconds.
    public static func duration(
        _ name: String, _ property: Property<Duration>, in bounds: ClosedRange<Duration>, _ description: String
    ) -> Self {
        .init(
            name, description, "seconds", STRATEGY_PARAM_DURATION, bounds.lowerBound.nanoseconds,
            bounds.upperBound.nanoseconds,
            get: { $0[keyPath: property].nanoseconds }, set: { $0[keyPath: property] = .nanoseconds($1) })
    }

    private init(
        _ name: String, _ description: String, _ unit: String, _ kind: Int, _ minimum: Int64, _ maximum: Int64,
        choices: [String] = [], get: @escaping @Sendable (S) -> Int64, set: @escaping @Sendable (inout S, Int64) -> Void
    ) {
        self.init(
            name: name, description: description, unit: unit, kind: kind,
            minimum: strategy_value_v1_t(kind: kind, integer: minimum),
            maximum: strategy_value_v1_t(kind: kind, integer: maximum), choices: choices,
            get: { strategy_value_v1_t(kind: kind, integer: get($0)) }, set: { set(&$0, $1.integer) })
    }

    private init(
        name: String, description: String, unit: String, kind: Int, minimum: strategy_value_v1_t,
        maximum: strategy_value_v1_t, choices: [String], get: @escaping @Sendable (S) -> strategy_value_v1_t,
        set: @escaping @Sendable (inout S, strategy_value_v1_t) -> Void
    ) {
        self.name = name
        self.description = description
        self.unit = unit
        self.kind = kind
        self.minimum = minimum
        self.maximum = maximum
        self.choices = choices
        self.get = get
        self.set = set
    }

    /// Why `value` cannot be set; nil when it can.
    func problem(with value: strategy_value_v1_t) -> String? {
        guard Int(value.kind) == kind else {
            return "\(name): a value of kind \(value.kind) where kind \(kind) is wanted"
        }
        let fits =
            kind == STRATEGY_PARAM_NUMBER
            ? value.number >= minimum.number && value.number <= maximum.number
            : value.integer >= minimum.integer && value.integer <= maximum.integer
        if fits { return nil }
        let allowed = choices.isEmpty ? "\(text(minimum)) … \(text(maximum))" : choices.joined(separator: ", ")
        return "\(name) = \(text(value)) is not allowed; allowed: \(allowed)"
    }

    private func text(_ value: strategy_value_v1_t) -> String {
        switch kind {
        case STRATEGY_PARAM_NUMBER: String(value.number)
        case STRATEGY_PARAM_QUANTITY: Quantity(raw: value.integer).description
        case STRATEGY_PARAM_PRICE: Price(raw: value.integer).description
        case STRATEGY_PARAM_DURATION: DecimalDigits.format(value.integer, decimals: 9) + " s"
        case STRATEGY_PARAM_CHOICE:
            choices.indices.contains(Int(value.integer)) ? choices[Int(value.integer)] : String(value.integer)
        default: String(value.integer)
        }
    }
}

extension strategy_value_v1_t {
    init(kind: Int, integer: Int64) {
        self.init(kind: UInt32(kind), reserved: 0, integer: integer, number: 0)
    }
    init(number: Double) {
        self.init(kind: UInt32(STRATEGY_PARAM_NUMBER), reserved: 0, integer: 0, number: number)
    }
    static func == (a: Self, b: Self) -> Bool {
        a.kind == b.kind && a.integer == b.integer && (a.number == b.number || (a.number.isNaN && b.number.isNaN))
    }
}
