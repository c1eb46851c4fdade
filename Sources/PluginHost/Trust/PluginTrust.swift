internal import Crypto
internal import FoundationEssentials

/// Which libraries an operator lets into the host: those with a listed SHA-256, those with a signature of a known key, or
/// (without any rule) all. The judged bytes are the loaded ones.
///
/// Bundled plugins are not asked: who can write beside the executable can replace the executable.
public struct PluginTrust: Sendable {
    /// Hexadecimal; empty = any.
    public var allow: [String] = []
    public var requiresSignature = false
    /// Ed25519 public keys of 32 bytes. A signature that is there must be good as soon as there are keys.
    public var keys: [[UInt8]] = []

    public init() {}

    public init(allow: [String], requiresSignature: Bool, keys: [[UInt8]]) {
        self.allow = allow.map { $0.lowercased() }
        self.requiresSignature = requiresSignature
        self.keys = keys
    }

    /// Why a library may be used.
    public enum Verdict: Sendable, Equatable {
        case bundled
        /// No rule says otherwise.
        case unrestricted
        case listed
        /// By the key with these first digits.
        case signed(key: String)

        public var text: String {
            switch self {
            case .bundled: "bundled"
            case .unrestricted: "unrestricted"
            case .listed: "listed"
            case .signed(let key): "signed by \(key)"
            }
        }
    }

    /// Where a library's signature lies: 64 bytes, or their base64, over the library's bytes.
    public static func signaturePath(of library: String) -> String { library + ".sig" }

    static let signatureMax = 4096

    /// `signature` nil = there is none. Every reason at once.
    public func judge(_ bytes: [UInt8], signature: [UInt8]?) -> Result<Verdict, TrustRefusal> {
        var problems: [PluginProblem] = []
        let hash = Self.sha256(bytes)
        if !allow.isEmpty, !allow.contains(hash) { problems.append(.notListed(sha256: hash)) }
        var signer: String?
        if let signature, !keys.isEmpty {
            signer = self.signer(of: bytes, signature)
            if signer == nil { problems.append(.badSignature) }
        } else if requiresSignature {
            problems.append(keys.isEmpty ? .noKeys : .unsigned)
        }
        guard problems.isEmpty else { return .failure(TrustRefusal(problems: problems)) }
        if let signer { return .success(.signed(key: signer)) }
        return .success(allow.isEmpty ? .unrestricted : .listed)
    }

    public struct TrustRefusal: Error, Sendable, Equatable {
        public var problems: [PluginProblem]
        public init(problems: [PluginProblem]) { self.problems = problems }
    }

    public static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private func signer(of bytes: [UInt8], _ signature: [UInt8]) -> String? {
        guard let raw = Self.raw(signature) else { return nil }
        for key in keys {
            guard let known = try? Curve25519.Signing.PublicKey(rawRepresentation: key),
                known.isValidSignature(raw, for: bytes)
            else { continue }
            return key.prefix(4).map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
        return nil
    }

    private static func raw(_ signature: [UInt8]) -> Data? {
        if signature.count == 64 { return Data(signature) }
        let text = String(decoding: signature, as: UTF8.self).filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: text), data.count == 64 else { return nil }
        return data
    }
}

/// How a library came to the host.
public enum LibraryOrigin: Sendable, Equatable {
    /// It is part of the installation.
    case bundled
    /// Somebody put it, or the sources that the host compiled it from, into the strategies folder.
    case dropIn
}
