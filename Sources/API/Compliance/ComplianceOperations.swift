import Trading

/// The accounts' compliance programs: what they ask for, where the accounts stand, and how a lock is lifted.
public enum ComplianceOperations {
    public static let all = [status, release]

    static let status = APIOperation(
        .get, "/api/compliance/accounts", id: "additions.compliance_accounts", tag: "Compliance",
        summary: "Accounts and their compliance programs",
        description: """
            lock is day until the account's next day, total until an admin releases it. Amounts are in the account's currency; \
            messages (orders, changes and cancels) and fills are those of its day.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        ComplianceAnswer(accounts: try await context.host.compliance())
    }

    static let release = APIOperation(
        .post, "/api/compliance/accounts/{account_id}/release", id: "additions.compliance_release", tag: "Compliance",
        summary: "Open an account that its program has locked",
        description: "409 where it is not locked. What is beyond its limit still is locked again with the next mark.",
        role: .admin, rate: .standard, errors: [.unknown, .conflict, .unavailable]
    ) { (input: ComplianceReleaseInput, context) in
        let view = try await context.host.releaseCompliance(
            input.account, reason: input.reason, by: context.requester)
        return ComplianceAccountAnswer(account: view)
    }
}

struct ComplianceReleaseInput: OperationInput {
    var account: String
    var reason: String

    init(_ input: inout InputReader) {
        account = input.path.text("account_id", 1...100)
        reason = input.body.text("reason", 1...500)
    }
}

struct ComplianceAnswer: OperationOutput {
    var accounts: [ComplianceView]

    static var example: ComplianceAnswer { ComplianceAnswer(accounts: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("accounts", accounts) { json, account in json.object { account.write(&$0) } }
        }
    }
}

struct ComplianceAccountAnswer: OperationOutput {
    var account: ComplianceView

    static var example: ComplianceAccountAnswer { ComplianceAccountAnswer(account: .example) }
    func write(_ json: inout JSONWriter) {
        json.object { account.write(&$0) }
    }
}

extension ComplianceView {
    static var example: ComplianceView {
        ComplianceView(
            account: "paper", owner: "default", program: "default", warningThreshold: Rate(raw: 800_000_000),
            rules: ["compliance.trading-hours"], lock: .none)
    }

    fileprivate func write(_ json: inout JSONWriter) {
        json.field("account_id", account)
        json.field("owner", owner)
        json.field("program", program)
        json.field("warning_threshold", warningThreshold)
        json.field("rules", rules)
        json.choice("lock", lock.rawValue, of: Lock.allCases.map(\.rawValue))
        json.nullable("day_loss", dayLoss)
        json.nullable("day_loss_limit", dayLossLimit)
        json.nullable("drawdown", drawdown)
        json.nullable("drawdown_limit", drawdownLimit)
        json.field("messages", messages)
        json.field("fills", fills)
        json.field("day_trades", dayTrades)
        json.field("profit", profit)
        json.field("best_day", bestDay)
    }
}
