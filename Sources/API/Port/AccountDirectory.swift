/// Which accounts there are, whose they are, and what belongs to which.
public protocol AccountDirectory: Sendable {
    /// All of this life of the host, its first one first.
    var accounts: [AccountGrant] { get }
    /// The account that it belongs to; nil = there is no such thing.
    func account(of subject: AccountSubject) async throws(HostRefusal) -> String?
}

/// An account and who may do what with it.
public struct AccountGrant: Sendable, Equatable {
    public enum Right: Sendable, Comparable { case view, trade }
    public var id: String
    /// By user name, as far as the role goes. Admins need no entry.
    public var users: [String: Right]
    /// Where its orders of no strategy are booked.
    public var manualStrategy: String
    public init(id: String, users: [String: Right], manualStrategy: String) {
        self.id = id
        self.users = users
        self.manualStrategy = manualStrategy
    }
}

/// By its id.
public enum AccountSubject: Sendable, Equatable {
    case strategy(String)
    case order(String)
    case position(String)

    public var kind: String {
        switch self {
        case .strategy: "strategy"
        case .order: "order"
        case .position: "position"
        }
    }
    public var id: String {
        switch self {
        case .strategy(let id), .order(let id), .position(let id): id
        }
    }
}
