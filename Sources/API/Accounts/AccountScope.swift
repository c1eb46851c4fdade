/// The accounts that somebody may see, and those among them that he may trade on. What a role does not allow it does not allow
/// on any account.
struct AccountScope: Sendable, Equatable {
    /// In the host's order.
    private let accounts: [(grant: AccountGrant, right: AccountGrant.Right)]
    /// In whose name sessions are started.
    let user: String

    /// nil = all accounts, without a limit. Nobody (`principal` nil) has none.
    init?(_ grants: [AccountGrant], of principal: Principal?) {
        guard let principal else {
            self.init(accounts: [], user: "")
            return
        }
        if principal.reachesAllAccounts { return nil }
        let own = grants.compactMap { grant in
            grant.users[principal.person].map { (grant: grant, right: $0) }
        }
        if own.count == grants.count, own.allSatisfy({ $0.right == .trade }) { return nil }
        self.init(accounts: own, user: principal.username)
    }

    private init(accounts: [(grant: AccountGrant, right: AccountGrant.Right)], user: String) {
        self.accounts = accounts
        self.user = user
    }

    var visible: [String] { accounts.map(\.grant.id) }
    var tradable: [String] { accounts.filter { $0.right == .trade }.map(\.grant.id) }

    func sees(_ account: String) -> Bool { accounts.contains { $0.grant.id == account } }

    /// Whether somebody of this scope hears of what concerns these accounts: all of them, or nobody's in particular.
    func sees(_ accounts: [String]) -> Bool { accounts.allSatisfy { sees($0) } }

    /// What belongs to an account that is not seen is as unknown as what there is not.
    func require(_ right: AccountGrant.Right, on account: String?, _ kind: String, _ id: String) throws(HostRefusal) {
        guard let account, let found = accounts.first(where: { $0.grant.id == account }) else {
            throw .unknown(kind: kind, id: id)
        }
        guard found.right >= right else {
            throw .forbidden("you may look at the account \(account) and not trade on it")
        }
    }

    /// The account that is meant where none is named: the first of the own ones.
    func first(_ right: AccountGrant.Right) throws(HostRefusal) -> AccountGrant {
        if let found = accounts.first(where: { $0.right >= right }) { return found.grant }
        throw .forbidden(
            accounts.isEmpty
                ? "no account is yours: an operator names you under accounts.<id>.users in host.yaml"
                : "you may look at your accounts and not trade on them")
    }

    /// "manual" stands for the book of the first own account.
    func named(_ strategy: String, _ right: AccountGrant.Right) throws(HostRefusal) -> String {
        strategy == "manual" ? try first(right).manualStrategy : strategy
    }

    static func == (a: AccountScope, b: AccountScope) -> Bool {
        a.user == b.user && a.accounts.map(\.grant) == b.accounts.map(\.grant)
            && a.accounts.map(\.right) == b.accounts.map(\.right)
    }
}
