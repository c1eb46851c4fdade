import Crypto
import FoundationEssentials
import Trading

/// Time-based one-time passwords, RFC 6238: SHA-1, six digits, thirty seconds, as every authenticator app has them.
enum OneTimeCode {
    static let stepSeconds: Int64 = 30
    static let secretBytes = 20

    static func step(at time: Timestamp) -> Int64 {
        time.nanoseconds / (stepSeconds * Timestamp.nanosecondsPerSecond)
    }

    /// RFC 4226, section 5.3: four bytes of the digest, at a place that its last half byte names.
    static func code(_ secret: [UInt8], step: Int64, digits: Int = 6) -> Int {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        let digest = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let place = Int(digest[digest.count - 1] & 0x0F)
        let number = digest[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        return number % (0..<digits).reduce(1) { power, _ in power * 10 }
    }

    /// The step whose code it is: the present one, or a neighbour, for clocks that differ and people who type slowly.
    static func match(_ code: Int, _ secret: [UInt8], at time: Timestamp) -> Int64? {
        let now = step(at: time)
        return [now, now - 1, now + 1].first { self.code(secret, step: $0) == code }
    }

    /// What an authenticator app takes as a QR code.
    static func url(_ secret: [UInt8], user: String) -> String {
        "otpauth://totp/Stratagem:\(percentEncoded(user))?secret=\(Base32.encode(secret))&issuer=Stratagem"
            + "&algorithm=SHA1&digits=6&period=\(stepSeconds)"
    }

    /// RFC 3986: unreserved characters stand for themselves.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + Secret.hexadecimal([byte]).uppercased()
            }
        }.joined()
    }
}

/// RFC 4648, section 6, without padding.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[bits >> count & 31])
            }
        }
        if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// What a client shows as its second factor.
enum SecondFactorProof: Sendable, Equatable {
    case code(Int)
    /// Sixteen letters and digits, without the dashes between them.
    case recovery(String)

    /// An optional one may be empty.
    static func pattern(isRequired: Bool) -> String {
        "^([0-9]{6}|([A-Za-z2-7]{4}-?){3}[A-Za-z2-7]{4})" + (isRequired ? "$" : "?$")
    }

    /// nil = it is neither.
    init?(_ text: String) {
        let digits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if text.utf8.count == 6, digits, let code = Int(text) {
            self = .code(code)
            return
        }
        let letters = text.uppercased().filter { $0 != "-" }
        guard letters.utf8.count == RecoveryCode.length, text.utf8.count <= 19, RecoveryCode.isOne(letters) else {
            return nil
        }
        self = .recovery(letters)
    }
}

/// For a lost telephone: ten codes of eighty random bits, each good for one use, kept as hashes.
enum RecoveryCode {
    static let length = 16
    static let count = 10

    /// "ABCD-EFGH-IJKL-MNOP".
    static func make() -> String {
        let letters = Array(Base32.encode(Secret.random(length * 5 / 8)))
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }

    static func isOne(_ letters: String) -> Bool {
        letters.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    /// With the user in it: equal codes of two users would not look equal.
    static func hash(_ code: String, user: Int64) -> String {
        Secret.hash("recovery \(user) \(code.filter { $0 != "-" })")
    }
}
