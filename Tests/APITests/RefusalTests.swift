import API
import Foundation
import Testing
import Trading

/// An operation that fails as a test tells it to.
private func failing(_ path: String, _ dialect: Dialect, _ error: any Error & Sendable) -> APIOperation {
    APIOperation(
        .get, path, id: "test.failing", tag: "Test", summary: "Fails", access: .open, rate: .unlimited,
        dialect: dialect
    ) { (_: NoInput, _) -> Success in throw error }
}

@Suite("Errors in the documents' dialects")
struct RefusalTests {
    private func answer(_ path: String, _ dialect: Dialect, _ error: any Error & Sendable) async throws
        -> LiveServer.Answer
    {
        var answer: LiveServer.Answer?
        try await withServer([failing(path, dialect, error)]) { answer = try await $0.send("GET", path) }
        return try #require(answer)
    }

    private static func denied(_ rules: [(RuleID, FindingReason)]) -> HostRefusal {
        .denied(rules.map { Finding($0.0, $0.1, observed: 250_000_000, limit: 100_000_000, used: 50_000_000) })
    }

    @Test(
        "a denial's code follows the first judge that failed, in the words of the path's document",
        arguments: [
            ("/api/x", [(RuleID.buyingPower, FindingReason.insufficientFunds)], "RISK_LIMIT_EXCEEDED"),
            ("/trades/x", [(.buyingPower, .insufficientFunds), (.orderSize, .orderNotional)], "INSUFFICIENT_FUNDS"),
            ("/trades/x", [(.restrictedList, .restricted), (.orderSize, .orderNotional)], "RISK_LIMIT_EXCEEDED"),
            ("/trades/x", [(.restrictedList, .restricted)], "COMPLIANCE_REJECTED"),
            ("/api/v1/x", [(.orderSize, .orderNotional)], "RISK_001"),
            ("/api/v1/x", [(.position, .positionNotional)], "RISK_002"),
            ("/api/v1/x", [(.tradingHours, .marketClosed)], "COMP_001"),
            ("/api/x", [(.instrument, .tickMultiple), (.orderSize, .orderNotional)], "VALIDATION_FAILED"),
        ])
    func codesOfDenials(_ path: String, _ rules: [(RuleID, FindingReason)], _ code: String) async throws {
        let answer = try await answer(path, .d003, Self.denied(rules))
        #expect(answer.status == 400 && answer.code == code)
        let details = (answer.json["error"] as? [String: Any])?["details"] as? [String: Any]
        let denials = details?["denials"] as? [[String: Any]] ?? []
        #expect(denials.count == rules.count)
        #expect(denials.first?["observed"] as? Double == 2.5 && denials.first?["headroom"] as? Double == 0.5)
    }

    @Test("a rule without a measure has null limits")
    func measurelessRules() async throws {
        let refusal = HostRefusal.denied([Finding(.restrictedList, .restricted)])
        let answer = try await answer("/api/x", .d003, refusal)
        #expect(answer.text.contains(#""limit":null,"headroom":null"#))
    }

    @Test(
        "headroom is what the limit leaves without the order, never below 0, and null where nothing adds up",
        arguments: [
            (Finding(.position, .positionNotional, observed: 1300, limit: 1000, used: 400), "0.000013", "0.000006"),
            (Finding(.dailyLoss, .dailyLoss, observed: 1300, limit: 1000, used: 1300), "0.000013", "0"),
            (Finding(.exposure, .netExposure, observed: 1300, limit: 1000, used: -500), "0.000013", "0.000015"),
            (Finding(.instrument, .tickMultiple, observed: 1300, limit: 1000), "0.000013", "null"),
            (
                Finding(.position, .noReference, limit: 1000), #""there is no fresh reference price""#, "null"
            ),
        ])
    func headroom(_ finding: Finding, _ observed: String, _ headroom: String) async throws {
        let answer = try await answer("/api/x", .d003, HostRefusal.denied([finding]))
        #expect(answer.text.contains(#""observed":\#(observed),"limit":0.00001,"headroom":\#(headroom)"#))
    }

    @Test("every refusal has its status")
    func statuses() async throws {
        let cases: [(HostRefusal, Int, String)] = [
            (.invalid("a.b", "is wrong"), 400, "VALIDATION_FAILED"),
            (.unknown(kind: "order", id: "7"), 404, "NOT_FOUND"),
            (.conflict("filled"), 409, "CONFLICT"), (.halted("stop-1"), 503, "MARKET_CLOSED"),
            (.unavailable("starting"), 503, "SYSTEM_MAINTENANCE"),
        ]
        for (refusal, status, code) in cases {
            let answer = try await answer("/portfolio", .d003, refusal)
            #expect(answer.status == status && answer.code == code)
        }
    }

    @Test("each dialect has its keys and no others")
    func dialects() async throws {
        let error = HostRefusal.conflict("no")
        let flat = try await answer("/api/x", .d000, error)
        #expect(flat.text == #"{"success":false,"error":"no"}"#)
        let typed = try await answer("/api/x", .d001, error)
        #expect(typed.text == #"{"type":"error","error_code":"CONFLICT","error_message":"no"}"#)
        #expect(Set(try await answer("/api/x", .d003and000, error).json.keys) == ["success", "error"])
        let union = try await answer("/api/x", .d003and001, error)
        #expect(Set(union.json.keys) == ["type", "error_code", "error_message", "error"])
        #expect(union.code == "CONFLICT")
    }

    @Test("an unexpected error tells nothing of itself")
    func hidesTheUnexpected() async throws {
        struct Odd: Error { var secret = "swordfish" }
        let answer = try await answer("/api/x", .d003, Odd())
        #expect(answer.status == 500 && answer.code == "INTERNAL" && !answer.text.contains("swordfish"))
    }
}
