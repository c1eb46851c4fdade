import Crypto
import CryptoExtras
import FoundationEssentials

/// A password as it is stored: "scrypt$32768$8$1$salt$hash", salt and hash in base64.
public enum PasswordHash {
    /// N, r, p: 32 MiB and some 90 ms for each guess.
    private static let rounds = 1 << 15
    private static let blockSize = 8
    private static let parallelism = 1
    private static let byteCount = 32

    /// With a salt of its own.
    public static func make(_ password: String) throws -> String { try make(password, rounds: rounds) }

    static func make(_ password: String, rounds: Int) throws -> String {
        let salt = Secret.random(16)
        let hash = try derive(password, salt, rounds, blockSize, parallelism)
        return "scrypt$\(rounds)$\(blockSize)$\(parallelism)$\(Data(salt).base64EncodedString())"
            + "$\(Data(hash).base64EncodedString())"
    }

    /// Some hash of nobody's password: checking against it takes as long as against a real one.
    static let ofNobody =
        "scrypt$\(rounds)$\(blockSize)$\(parallelism)$\(Data(Secret.random(16)).base64EncodedString())"
        + "$\(Data(Secret.random(32)).base64EncodedString())"

    /// false also for a stored text that is no hash of ours.
    static func matches(_ password: String, _ stored: String) -> Bool {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let parallelism = Int(parts[3]), rounds > 1, rounds <= 1 << 20, (1...32).contains(blockSize),
            (1...16).contains(parallelism), let salt = Data(base64Encoded: String(parts[4])),
            let expected = Data(base64Encoded: String(parts[5])), expected.count == byteCount,
            let hash = try? derive(password, Array(salt), rounds, blockSize, parallelism)
        else { return false }
        return zip(hash, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(
        _ password: String, _ salt: [UInt8], _ rounds: Int, _ blockSize: Int, _ parallelism: Int
    ) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: byteCount, rounds: rounds, blockSize: blockSize,
            parallelism: parallelism)
        return key.withUnsafeBytes { Array($0) }
    }
}
