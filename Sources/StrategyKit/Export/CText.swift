/// A NUL-terminated copy that is never freed: tables live as long as the library.
func permanentText(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: byte) }
    return UnsafePointer(copy)
}

/// Writes `text` with its NUL into a buffer of `size` bytes, cut between characters where it does not fit.
func writeText(_ text: String, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) {
    guard let buffer, size > 0 else { return }
    var text = text
    text.withUTF8 { bytes in
        let length = utf8Prefix(bytes, size - 1)
        for index in 0..<length { buffer[index] = CChar(bitPattern: bytes[index]) }
        buffer[length] = 0
    }
}

/// A fixed field of characters up to its NUL.
func text<Field>(of field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
