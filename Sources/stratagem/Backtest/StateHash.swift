import Crypto
import Engine

/// SHA-256 over the canonical bytes of facts and state: equal for equal inputs, on every machine and in every build.
final class StateHash {
    private var hash = SHA256()

    func update(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// Ends the hash: 64 lower-case hexadecimal digits.
    func finish() -> String { hash.finalize().hexadecimal }
}
