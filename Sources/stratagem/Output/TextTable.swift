/// Rows under headings, as wide as their content, for text that is printed once.
struct TextTable {
    enum Alignment { case left, right }

    private let alignments: [Alignment]
    private var rows: [[String]]

    init(_ columns: [(heading: String, alignment: Alignment)]) {
        alignments = columns.map(\.alignment)
        rows = [columns.map(\.heading)]
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var isEmpty: Bool { rows.count == 1 }

    /// One string a row, the headings first, without blanks at the ends.
    var lines: [String] {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for column in alignments.indices {
                if column > 0 { line += "  " }
                line += row[column].padded(to: widths[column], alignments[column])
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension String {
    /// Filled with blanks; a longer text stays as it is.
    func padded(to width: Int, _ alignment: TextTable.Alignment) -> String {
        let blanks = String(repeating: " ", count: max(0, width - count))
        return alignment == .left ? self + blanks : blanks + self
    }

    /// At most `width` characters, the last one "…" where something was cut.
    func cut(to width: Int) -> String {
        if count <= width { return self }
        return width > 0 ? prefix(width - 1) + "…" : ""
    }

    /// Broken at blanks into lines of at most `width` characters; a word that is longer gets a line of its own.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// Without control characters: what a plugin or a file wrote must not drive the terminal.
    var printable: String {
        guard utf8.contains(where: { $0 < 0x20 || $0 >= 0x7f }) else { return self }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? " " : scalar
                }))
    }
}
