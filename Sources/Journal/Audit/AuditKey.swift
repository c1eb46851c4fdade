import Crypto
import FoundationEssentials
import Glibc

/// The Ed25519 key that signs heads of the audit log: a file of its owner's alone, beside the journal. Whoever changes the
/// database without it cannot make a chain whose signed heads fit.
public struct AuditKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    public var publicKey: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }

    func sign(_ message: [UInt8]) throws -> [UInt8] { [UInt8](try key.signature(for: message)) }

    static func isValid(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }

    /// Reads the key, or makes one where there is none.
    public static func stored(at path: String) throws(JournalError) -> AuditKey {
        if access(path, F_OK) != 0, errno == ENOENT { try make(at: path) }
        return try read(path)
    }

    /// nil = there is no such file.
    public static func existing(at path: String) throws(JournalError) -> AuditKey? {
        access(path, F_OK) == 0 ? try read(path) : nil
    }

    private static func read(_ path: String) throws(JournalError) -> AuditKey {
        var status = stat()
        guard stat(path, &status) == 0 else { throw JournalFile.cannotOpen(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw JournalError(
                .cannotOpen, "\(path): others may read the key of the audit log: make it its owner's alone (mode 0600)")
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let bytes = [UInt8](hexadecimal: String(text.prefix { $0 != "\n" })),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else {
            throw JournalError(
                .cannotOpen, "\(path): no key of an audit log (64 hexadecimal digits): put the right file back")
        }
        return AuditKey(key: key)
    }

    private static func make(at path: String) throws(JournalError) {
        let text = [UInt8](Curve25519.Signing.PrivateKey().rawRepresentation).hexadecimal + "\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalFile.cannotOpen(path) }
        defer { close(descriptor) }
        guard write(descriptor, text, text.utf8.count) == text.utf8.count, fsync(descriptor) == 0 else {
            unlink(path)
            throw JournalFile.cannotOpen(path)
        }
    }
}
