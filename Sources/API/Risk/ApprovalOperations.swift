import Trading

/// The queue of orders that need a second person.
enum ApprovalOperations {
    static let all = [list, approve, deny]

    static let list = APIOperation(
        .get, "/api/approvals", id: "approvals.list", tag: "Risk", summary: "Orders that wait for a second person",
        description: """
            Newest first, decided ones too. An order above its program's approval notional is denied and put here, where it \
            waits a quarter of an hour.
            """,
        rate: .standard
    ) { (_: NoInput, context) in
        ApprovalsAnswer(approvals: try await context.host.approvals())
    }

    static let approve = APIOperation(
        .post, "/api/approvals/{approval_id}/approve", id: "approvals.approve", tag: "Risk",
        summary: "Approve an order of somebody else's",
        description: "The order passes the gate again, as the market and the limits are now.",
        role: .trader, rate: .trading,
        errors: [
            .insufficientFunds, .riskLimit, .exposureLimit, .compliance, .unknown, .conflict, .tradingStopped,
            .unavailable,
        ]
    ) { (input: ApprovalIDInput, context) in
        ApprovalAnswer(approval: try await context.host.approve(input.id, by: context.requester))
    }

    static let deny = APIOperation(
        .post, "/api/approvals/{approval_id}/deny", id: "approvals.deny", tag: "Risk",
        summary: "Deny an order that waits",
        role: .trader, rate: .tradingExit, errors: [.unknown, .conflict]
    ) { (input: ApprovalDenialInput, context) in
        ApprovalAnswer(
            approval: try await context.host.denyApproval(input.id, reason: input.reason, by: context.requester))
    }
}

struct ApprovalIDInput: OperationInput {
    var id: String
    init(_ input: inout InputReader) { id = input.path.text("approval_id", 1...100) }
}

struct ApprovalDenialInput: OperationInput {
    var id: String
    var reason: String

    init(_ input: inout InputReader) {
        id = input.path.text("approval_id", 1...100)
        reason = input.body.text("reason", 1...500)
    }
}

struct ApprovalsAnswer: OperationOutput {
    var approvals: [ApprovalView]

    static var example: ApprovalsAnswer { ApprovalsAnswer(approvals: [.example]) }
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.list("approvals", approvals) { json, approval in json.object { approval.write(&$0) } }
        }
    }
}

struct ApprovalAnswer: OperationOutput {
    var approval: ApprovalView

    static var example: ApprovalAnswer { ApprovalAnswer(approval: .example) }
    func write(_ json: inout JSONWriter) { json.object { approval.write(&$0) } }
}

extension ApprovalView {
    fileprivate static var example: ApprovalView {
        ApprovalView(
            number: 1, order: .example, sender: "ann", channel: "rest", requestedAt: Timestamp(nanoseconds: 0),
            expiresAt: Timestamp(nanoseconds: 0))
    }

    fileprivate func write(_ json: inout JSONWriter) {
        json.field("approval_id", id)
        json.choice("status", state.rawValue, of: State.allCases.map(\.rawValue))
        json.field("sender", sender)
        json.field("requested_at", requestedAt)
        json.field("expires_at", expiresAt)
        json.nullable("decided_by", decidedBy)
        json.nullable("decided_at", decidedAt)
        json.nullable("reason", reason)
        json.nullable("order_id", orderID)
        json.object("order") { order.writeRequest(&$0) }
    }
}
