import Testing
import Trading

@testable import API

@Suite("Which accounts somebody reaches")
struct AccountScopeTests {
    private func grant(_ id: String, _ users: [String: AccountGrant.Right]) -> AccountGrant {
        AccountGrant(id: id, users: users, manualStrategy: id == "a" ? "manual" : "manual.\(id)")
    }
    private func login(_ name: String, _ role: Role = .trader) -> Principal {
        Principal(kind: .login, userID: "1", username: name, roles: [role])
    }

    @Test("an account is its users' and the admins'; who trades on all of them is not limited")
    func users() throws {
        let shared = [grant("a", ["ann": .trade, "vic": .trade]), grant("b", ["ann": .trade, "vic": .view])]
        #expect(AccountScope(shared, of: login("ann")) == nil)
        #expect(try #require(AccountScope(shared, of: login("vic", .viewer))).tradable == ["a"])
        let mixed = [grant("a", ["ann": .trade, "bob": .view]), grant("b", ["bob": .trade]), grant("c", [:])]
        #expect(try #require(AccountScope(mixed, of: login("ann"))).visible == ["a"])
        #expect(try #require(AccountScope(mixed, of: login("bob"))).visible == ["a", "b"])
        #expect(AccountScope(mixed, of: login("zoe", .admin)) == nil)
        #expect(AccountScope(mixed, of: .local) == nil)
    }

    @Test("who may only look may not trade, and is told so; what is not seen is not there")
    func rights() throws {
        let scope = try #require(
            AccountScope([grant("a", ["ann": .view]), grant("b", ["bob": .trade])], of: login("ann")))
        #expect(scope.visible == ["a"] && scope.tradable.isEmpty)
        try scope.require(.view, on: "a", "order", "ord-1")
        #expect(throws: HostRefusal.forbidden("you may look at the account a and not trade on it")) {
            try scope.require(.trade, on: "a", "order", "ord-1")
        }
        #expect(throws: HostRefusal.unknown(kind: "order", id: "ord-2")) {
            try scope.require(.view, on: "b", "order", "ord-2")
        }
        #expect(throws: HostRefusal.unknown(kind: "order", id: "ord-3")) {
            try scope.require(.view, on: nil, "order", "ord-3")
        }
        #expect(scope.sees([]) && scope.sees(["a"]) && !scope.sees(["a", "b"]))
    }

    @Test("nobody reaches nothing, and a user without an account is told what to do")
    func nobody() throws {
        #expect(try #require(AccountScope([grant("a", ["ann": .trade])], of: nil)).visible.isEmpty)
        let scope = try #require(AccountScope([grant("a", [:])], of: login("ann")))
        #expect {
            try scope.first(.view)
        } throws: { error in
            guard case .forbidden(let text)? = error as? HostRefusal else { return false }
            return text.contains("accounts.<id>.users")
        }
    }

    @Test("manual is the book of the first account that may be traded on")
    func manual() throws {
        let grants = [grant("a", ["ann": .view]), grant("b", ["ann": .trade])]
        let scope = try #require(AccountScope(grants, of: login("ann")))
        #expect(try scope.named("manual", .trade) == "manual.b")
        #expect(try scope.named("manual", .view) == "manual")
        #expect(try scope.named("alpha", .trade) == "alpha")
    }

    @Test("an API key reaches what its maker reaches")
    func keys() async throws {
        let store = MemoryIdentity()
        let authentication = await Authentication(store: store, key: .random())
        for (name, role) in [("root", "admin"), ("ann", "trader")] {
            store.addUser(name: name, passwordHash: "x", roles: [role], at: .now)
        }
        let grants = [grant("a", ["ann": .trade]), grant("b", [:])]
        func scope(_ maker: String, _ roles: [Role]) async throws -> AccountScope? {
            let key = try await authentication.makeKey("bot", roles, by: maker)
            let principal = await authentication.principal(for: key.secret)
            #expect(principal?.person == maker)
            return AccountScope(grants, of: principal)
        }
        #expect(try await scope("root", [.trader]) == nil)
        #expect(try await scope("local", [.viewer]) == nil)
        #expect(try await scope("ann", [.trader])?.visible == ["a"])
        // One whose maker is no admin any more, or gone.
        #expect(try await scope("ann", [.admin])?.visible == ["a"])
        #expect(try await scope("gone", [.admin])?.visible == [])
    }
}
