import Crypto
import Glibc
import MarketData

/// Where an instrument's data came from.
struct DataSource {
    var name: String
    /// SHA-256 of each of its files, in 64 hexadecimal digits; none where it is no file.
    var checksums: [(file: String, sum: String)] = []

    private static let pieceBytes = 1 << 20

    init(_ file: MarketFile) throws(CommandError) {
        name = file.name
        guard FileSystem.bytes(of: name) != nil else { return }
        for path in RecordingReader.files(name) { checksums.append((path, try DataSource.checksum(path))) }
    }

    private static func checksum(_ path: String) throws(CommandError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        var hash = SHA256()
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = file < 0 ? -1 : read(file, &piece, piece.count)
            guard count >= 0 else {
                throw CommandError(
                    .environment, "could not be read again: \(String(cString: strerror(errno)))", at: path,
                    "leave the data where it is while the backtest runs")
            }
            if count == 0 { return hash.finalize().hexadecimal }
            piece.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
