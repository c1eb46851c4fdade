/// The text that a plugin's function leaves when it refuses: bounded and NUL-terminated whatever the plugin writes.
struct PluginMessage {
    private var bytes = [CChar](repeating: 0, count: 4096)

    /// Calls `body` with the buffer and its size.
    mutating func fill<T>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> T) -> T {
        bytes.withUnsafeMutableBufferPointer { body($0.baseAddress, $0.count) }
    }

    /// One line each, without control characters; at least one.
    var lines: [String] {
        let used = bytes.dropLast().prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let lines = String(decoding: used, as: UTF8.self).split(separator: "\n").map { line in
            String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }))
        }
        let filled = lines.filter { !$0.isEmpty }
        return filled.isEmpty ? ["the plugin gave no reason"] : filled
    }

    var text: String { lines.joined(separator: "; ") }
}
