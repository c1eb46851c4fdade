extension Performance {
    /// last equity / opening equity − 1: the holding period return. nil when the opening equity is not above 0.
    public static func totalReturn(openingEquity: Double, lastEquity: Double) -> Double? {
        openingEquity > 0 ? defined(lastEquity / openingEquity - 1) : nil
    }
}
