import Glibc

/// The terminal while a table is drawn on it: its alternate screen, so that what was there comes back at the end.
struct Screen {
    /// Alternate screen, no cursor, no wrapping of long lines.
    private static let entering = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J"
    static let leaving = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    private let usesColor: Bool
    private(set) var isOpen = false

    init() { usesColor = Screen.environment("NO_COLOR") == nil }

    /// A table can be drawn here.
    static var isUsable: Bool { Console.isTerminal && environment("TERM") != "dumb" }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    mutating func open() {
        guard !isOpen else { return }
        isOpen = true
        Console.write(Screen.entering)
        Console.flush()
    }

    mutating func close() {
        guard isOpen else { return }
        isOpen = false
        Console.write(Screen.leaving)
        Console.flush()
    }

    /// Draws the lines from the top, each cut to the width, and clears what is below; false when nobody looks any more.
    func draw(_ lines: [StyledLine], columns: Int, rows: Int, isCleared: Bool) -> Bool {
        var text = isCleared ? "\u{1b}[2J\u{1b}[H" : "\u{1b}[H"
        for (index, line) in lines.prefix(rows).enumerated() {
            if index > 0 { text += "\r\n" }
            // Erased before it is written: behind a full line the cursor still stands on its last character.
            text += "\u{1b}[2K" + line.rendered(columns: columns, usesColor: usesColor)
        }
        Console.write(text + "\u{1b}[J")
        return Console.flush()
    }
}

/// A line of pieces, each with a look of its own.
struct StyledLine {
    enum Style: String {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case green = "32"
        case red = "31"
        case yellow = "33"
    }

    private var pieces: [(text: String, style: Style)] = []

    init(_ text: String = "", _ style: Style = .plain) { add(text, style) }

    mutating func add(_ text: String, _ style: Style = .plain) {
        if !text.isEmpty { pieces.append((text, style)) }
    }

    func rendered(columns: Int, usesColor: Bool) -> String {
        var text = ""
        var left = columns
        for piece in pieces where left > 0 {
            let shown = piece.text.cut(to: left)
            left -= shown.count
            text += usesColor && piece.style != .plain ? "\u{1b}[\(piece.style.rawValue)m\(shown)\u{1b}[0m" : shown
        }
        return text
    }
}
