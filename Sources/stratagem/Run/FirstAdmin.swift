import API
import Glibc
import Journal

/// The first user: `admin`, with the password of STRATAGEM_ADMIN_PASSWORD or a random one that is kept in a file of the
/// operator's until it is changed.
enum FirstAdmin {
    static func passwordFile(in dataPath: String) -> String { dataPath + "/admin-password" }

    /// What to tell the operator; nil = nothing new.
    static func ensure(_ journal: Journal, dataPath: String) throws -> String? {
        let given = getenv("STRATAGEM_ADMIN_PASSWORD").map { String(cString: $0) }
        let made = try ensureAdmin(in: StoredIdentities(store: journal.identity), password: given)
        let path = passwordFile(in: dataPath)
        if let made {
            try ReplacedFile.write(made + "\n", to: path, mode: 0o600)
            return "login: admin, password \(made) (kept in \(path); `stratagem user passwd admin` changes it)"
        }
        return FileSystem.exists(path) ? "login: admin, password in \(path)" : nil
    }
}

extension Listener {
    var notice: String {
        guard let offset = servicePortOffset else { return "Page and API: \(url)" }
        return "Page and API: \(url), and each service on its own port, \(3000 + offset)…\(8081 + offset)"
    }
}
