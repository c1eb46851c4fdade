extension Performance {
    /// Time with a position / time from the first event to the last, 0…1. nil while no time has passed.
    public static func exposureTime(openNanoseconds: Int64, elapsedNanoseconds: Double) -> Double? {
        elapsedNanoseconds > 0 ? Double(openNanoseconds) / elapsedNanoseconds : nil
    }
}
