import Crypto
import Glibc

/// Random secrets, and what is kept of them.
enum Secret {
    /// From the operating system's generator.
    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    static func text(_ count: Int) -> String { hexadecimal(random(count)) }

    /// Of tokens with 256 random bits a plain hash is enough: nobody can try them all.
    static func hash(_ secret: String) -> String { hexadecimal(SHA256.hash(data: Array(secret.utf8))) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// The key that signs access tokens: 32 bytes.
public struct SigningKey: Sendable {
    let bytes: [UInt8]

    /// A new one, for a host without a data folder: tokens end with it.
    public static func random() -> SigningKey { SigningKey(bytes: Secret.random(32)) }

    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Reads the file, or makes it (readable by its owner only) where there is none.
    public static func stored(at path: String) throws(Failure) -> SigningKey {
        let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 {
            defer { close(made) }
            let key = SigningKey.random()
            guard write(made, key.bytes, key.bytes.count) == key.bytes.count, fsync(made) == 0 else {
                unlink(path)
                throw Failure(description: "\(path): cannot be written: \(String(cString: strerror(errno)))")
            }
            return key
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Failure(description: "\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw Failure(description: "\(path): others can read the signing key; run chmod 600 on it")
        }
        var bytes = [UInt8](repeating: 0, count: 33)
        guard read(file, &bytes, 33) == 32 else {
            throw Failure(description: "\(path): is no signing key of 32 bytes; remove it to get a new one")
        }
        return SigningKey(bytes: Array(bytes.prefix(32)))
    }
}
