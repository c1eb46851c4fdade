/// What a conformance pass found.
public struct ConformanceReport: Sendable, Equatable {
    /// Of the plugin, where it got so far as to say it.
    public var id: String?
    public var version: String?
    /// Why it cannot be used at all.
    public var refusals: [PluginProblem] = []
    public var findings: [ProbeFinding] = []
    /// nil = the pass did not come to its end.
    public var figures: ProbeFigures?

    public var isGood: Bool { refusals.isEmpty && !findings.contains { $0.severity == .error } }
}

extension PluginProbe {
    /// Puts the library at `path` through the conformance pass. A step that crashes or hangs is a finding, and the pass begins
    /// anew without it, so that everything that is wrong is told at once. The library has the rights of one in a worker.
    public func check(_ path: String) -> ConformanceReport {
        var request = ProbeRequest(work: .check, library: path)
        request.setting = Self.practice
        request.isConfined = true
        var crashes: [ProbeFinding] = []
        while true {
            let outcome = ProbeProcess.run(request, executable: executable)
            var report = ConformanceReport(outcome)
            report.findings = crashes + report.findings
            guard let end = outcome.end else { return report }
            let step = outcome.step
            let message = "it \(end) while it \(step.text)"
            guard step.canBeSkipped, !request.skipped.contains(step) else {
                report.refusals.append(.probe(message))
                return report
            }
            crashes.append(ProbeFinding(severity: .error, step: step, message: message))
            // One that cannot bear ordinary events bears no others.
            if step == .events {
                report.findings = crashes
                return report
            }
            request.skipped.append(step)
        }
    }
}

extension ConformanceReport {
    fileprivate init(_ outcome: ProbeProcess.Outcome) {
        refusals = outcome.refusals
        for line in outcome.lines {
            switch line {
            case .identity(let id, let version): (self.id, self.version) = (id, version)
            case .finding(let finding): findings.append(finding)
            case .figures(let figures): self.figures = figures
            default: break
            }
        }
    }
}

extension ProbeStep {
    /// The pass can go on without it.
    fileprivate var canBeSkipped: Bool {
        switch self {
        case .start, .initialise, .enter, .describe, .create, .restore, .call: false
        default: true
        }
    }
}
