/// Which known word was probably meant.
public enum Nearest {
    /// The word with the fewest edits, at most a third of its length; nil when none is near.
    public static func match(_ word: String, in known: [String]) -> String? {
        let ranked = known.map { (word: $0, edits: edits(Array(word.utf8.prefix(64)), Array($0.utf8))) }
        guard let best = ranked.min(by: { ($0.edits, $0.word) < ($1.edits, $1.word) }) else { return nil }
        return best.edits <= max(2, best.word.utf8.count / 3) && best.edits < best.word.utf8.count ? best.word : nil
    }

    /// Levenshtein's distance.
    private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let substituted = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
