import Trading

/// POST /api/orders: the order, or with dry_run what the gate says to it.
enum PlacingAnswer: OperationOutput {
    case placed(OrderView)
    case judged(AssessmentView)

    static var example: PlacingAnswer { .placed(.example) }
    static var schema: Schema {
        .either([OrderAnswer.schema, JSONWriter.describe { PlacingAnswer.judged(.example).write(&$0) }])
    }

    func write(_ json: inout JSONWriter) {
        switch self {
        case .placed(let order): OrderAnswer(order: order).write(&json)
        case .judged(let view): PlacingAnswer.write(view, &json)
        }
    }

    private static func write(_ view: AssessmentView, _ json: inout JSONWriter) {
        json.object { json in
            json.constant("dry_run", true)
            json.field("approved", view.judgement.isApproved)
            json.field("account_id", view.account)
            json.field("risk_score", min(max(view.judgement.riskScore, .zero), .one))
            json.field("compliance_score", view.judgement.complianceScore)
            json.field("denials", view.judgement.failures)
            json.field("warnings", view.judgement.warnings)
            json.field("required_actions", view.judgement.requiredActions)
        }
    }
}
