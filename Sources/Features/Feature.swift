/// What a feature is about.
public enum FeatureGroup: String, CaseIterable, Sendable {
    case price, `return`, trend, momentum, volatility, volume
    case orderBook = "order_book"
    case session
}

/// What a feature's value counts in.
public enum FeatureUnit: String, CaseIterable, Sendable {
    /// The instrument's quote currency.
    case price
    /// Price squared.
    case priceSquared = "price_squared"
    /// Price per bar.
    case pricePerBar = "price_per_bar"
    /// 0.01 = one percent.
    case fraction
    case percent
    case basisPoints = "basis_points"
    /// A number without a unit.
    case ratio
    /// The instrument's own unit.
    case quantity
    /// Price times quantity.
    case value
    /// Price squared per quantity.
    case priceSquaredPerQuantity = "price_squared_per_quantity"
    /// A fraction per unit of price times quantity.
    case fractionPerValue = "fraction_per_value"
    case degrees, minutes, days, bars
}

/// A number that is kept for every bar, quote, trade or book of an instrument: its declaration.
public struct Feature: Sendable {
    /// The field's name in snake_case, with its periods: "rsi_14".
    public let name: String
    public let group: FeatureGroup
    public let unit: FeatureUnit
    /// Bars until it has a value; 0 = it comes from quotes, trades and books. What is of the day before waits for the second day.
    public let warmUp: Int
    /// It depends on all bars since the first, the older the less; otherwise on the latest `warmUp` alone.
    public let isRecursive: Bool
    /// o, h, l, c, v are a bar's prices and volume, x[k] is x of k bars ago; sums and means without more are over the period.
    public let formula: String
    /// Who defined it.
    public let source: String

    init(
        _ name: String, _ group: FeatureGroup, _ unit: FeatureUnit, warmUp: Int, recursive: Bool = false,
        _ formula: String, _ source: String
    ) {
        self.name = name
        self.group = group
        self.unit = unit
        self.warmUp = warmUp
        isRecursive = recursive
        self.formula = formula
        self.source = source
    }
}

extension Feature {
    /// The registry. A feature's place in it is its index in every `FeatureSet`.
    public static let all: [Feature] =
        PriceFeatures.declared + ReturnFeatures.declared + AverageFeatures.declared + RegressionFeatures.declared
        + DirectionFeatures.declared + MomentumFeatures.declared + VolatilityFeatures.declared
        + RangeVolatilityFeatures.declared + VolumeFeatures.declared + SessionFeatures.declared + BookFeatures.declared

    /// The place of the feature of this name; nil = there is none.
    public static func index(of name: String) -> Int? { all.firstIndex { $0.name == name } }
}
