/// A hash of the names and types of a strategy's stored properties, at all depths. Module names are left out: a
/// recompiled drop-in has a module name of its own.
enum StateShape {
    static func hash(of value: Any) -> UInt64 {
        var text = ""
        describe(value, into: &text, depth: 0)
        // FNV-1a, 64 bits (Fowler, Noll, Vo).
        return text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func describe(_ value: Any, into text: inout String, depth: Int) {
        text += String(describing: type(of: value))
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct || mirror.displayStyle == .tuple, depth < 16 else { return }
        text += "{"
        for child in mirror.children {
            text += (child.label ?? "") + ":"
            describe(child.value, into: &text, depth: depth + 1)
            text += ";"
        }
        text += "}"
    }
}
