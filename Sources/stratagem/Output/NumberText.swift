import Trading

/// Numbers for people: rounded, grouped, short. Programs get exact ones.
enum NumberText {
    /// "1,234,567.89".
    static func money(_ amount: Money, decimals: Int = 2) -> String {
        var unit: Int128 = 1
        for _ in decimals..<Money.decimals { unit *= 10 }
        return grouped(Rounding.halfEven(amount.raw, over: unit), decimals: decimals)
    }

    /// As `money`, with a sign: "+12.30"; what would vanish behind two decimals gets six.
    static func signed(_ amount: Money) -> String {
        let isTiny = amount != .zero && amount.magnitude < Money(raw: 10_000_000)
        let text = money(amount, decimals: isTiny ? 6 : 2)
        return amount > .zero && text.contains(where: { ("1"..."9").contains($0) }) ? "+" + text : text
    }

    /// A profit in at most `width` characters: "+1234.56", "+12.3k", "-4.56M".
    static func profit(_ amount: Money, width: Int) -> String {
        let plain = signed(amount)
        if plain.count <= width { return plain }
        let tight = plain.filter { $0 != "," }
        if tight.count <= width { return tight }
        return (amount > .zero ? "+" : "") + short(amount.approximate)
    }

    /// A count in five characters: "12345", "123k", "1.23M".
    static func count(_ count: UInt64) -> String { count < 100_000 ? String(count) : short(Double(count)) }

    /// Three digits and a letter: "1.23M".
    static func short(_ value: Double) -> String {
        let magnitude = abs(value)
        for (limit, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where magnitude >= limit * 0.9995 {
            let scaled = magnitude / limit
            let decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0
            return (value < 0 ? "-" : "") + fixed(scaled, decimals) + letter
        }
        return fixed(value, magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0)
    }

    /// So many decimals, ungrouped.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        guard abs(value) * scale < 9e15 else { return "\(value)" }
        let units = Int128(Int64((value * scale).rounded()))
        return grouped(units, decimals: decimals, separator: "")
    }

    /// A fraction as percent: "12.34 %"; "–" where there is none.
    static func percent(_ fraction: Double?) -> String { fraction.map { fixed($0 * 100, 2) + " %" } ?? "–" }

    static func ratio(_ value: Double?) -> String { value.map { fixed($0, 2) } ?? "–" }

    /// "2d 3h", "4m 05s", "1.25 s".
    static func duration(seconds: Double) -> String {
        guard seconds >= 60, seconds < 1e12 else { return fixed(seconds, 2) + " s" }
        let whole = Int64(seconds)
        if whole < 3600 { return "\(whole / 60)m \(whole % 60 < 10 ? "0" : "")\(whole % 60)s" }
        if whole < 86_400 { return "\(whole / 3600)h \(whole % 3600 / 60)m" }
        return "\(whole / 86_400)d \(whole % 86_400 / 3600)h"
    }

    /// The same with groups of thousands: "-1,234.5".
    static func grouped(_ value: Double, decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        guard value.isFinite, abs(value) * scale < 9e15 else { return fixed(value, decimals) }
        return grouped(Int128(Int64((value * scale).rounded())), decimals: decimals)
    }

    private static func grouped(_ units: Int128, decimals: Int, separator: String = ",") -> String {
        var digits = String(units.magnitude)
        if digits.count <= decimals { digits = String(repeating: "0", count: decimals - digits.count + 1) + digits }
        let whole = Array(digits.dropLast(decimals))
        var text = units < 0 ? "-" : ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { text += separator }
            text.append(digit)
        }
        return decimals > 0 ? text + "." + digits.suffix(decimals) : text
    }
}
