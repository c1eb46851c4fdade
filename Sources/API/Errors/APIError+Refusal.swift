import Trading

extension APIError {
    /// The host's refusal as an answer.
    init(_ refusal: HostRefusal) {
        switch refusal {
        case .invalid(let faults): self = .invalid(faults)
        case .forbidden(let text): self.init(.forbidden, text)
        case .unknown(let kind, let id): self = .unknown(kind, id)
        case .conflict(let text): self.init(.conflict, text)
        case .weakSignal(let text): self.init(.weakSignal, text)
        case .halted(let text): self.init(.tradingStopped, text)
        case .unavailable(let text): self.init(.unavailable, text)
        case .denied(let findings): self = .denied(findings)
        case .awaitingApproval(let id, let findings):
            self = .denied(findings)
            message += "; it waits for another person as \(id)"
            approvalID = id
        }
    }

    /// The first that fails of validation, funds, risk and compliance names the error; all findings go along.
    static func denied(_ findings: [Finding]) -> APIError {
        let first = Judge.allCases.first { judge in findings.contains { Judge(of: $0) == judge } } ?? .risk
        let reasons = findings.prefix(5).map { "\($0.rule.name): \($0.reason.text)" }.joined(separator: "; ")
        let kind: Kind =
            switch first {
            case .validation: .invalid
            case .funds: .insufficientFunds
            case .risk: findings.contains { $0.rule == .position } ? .exposureLimit : .riskLimit
            case .compliance: .compliance
            }
        var error = APIError(kind, "the order was denied: \(reasons)")
        error.denials = findings
        return error
    }

    /// Who judges an order, in their order.
    private enum Judge: CaseIterable {
        case validation, funds, risk, compliance

        init(of finding: Finding) {
            switch finding.rule {
            // A size beyond what the instrument allows is a matter of risk; all else does not fit the instrument.
            case .instrument: self = [.aboveMaximum, .valueOverflow].contains(finding.reason) ? .risk : .validation
            case .buyingPower: self = .funds
            default: self = finding.rule.name.hasPrefix("compliance.") ? .compliance : .risk
            }
        }
    }
}

extension HostRefusal {
    /// In the words of an answer.
    public var reason: String { APIError(self).message }
}
