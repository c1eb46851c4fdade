import Testing

/// One rule, one file, one table test.
@Suite("Rule files")
struct RuleFileTests {
    /// The cases of `RuleID` with the id that configuration and logs use: "tradingState" → "risk.trading-state".
    static let rules: [(name: String, id: String)] = {
        guard let file = Repository.files(below: "Sources/Trading").first(where: { $0.text.contains("enum RuleID") }),
            let start = file.lines.firstIndex(where: { $0.contains("enum RuleID") })
        else { return [] }
        let body = file.lines[start...].prefix { !$0.hasPrefix("}") }
        return body.compactMap { line in
            // "        case .tradingState: "risk.trading-state""
            let parts = line.split(separator: "\"")
            guard parts.count == 2, let name = parts[0].split(separator: ".").last?.dropLast(2) else { return nil }
            return (String(name), String(parts[1]))
        }
    }()

    @Test("the rules are found, as many as the enum has cases")
    func rulesAreFound() {
        let denial = Repository.files(below: "Sources/Trading").first { $0.text.contains("enum RuleID") }
        let cases = denial?.lines.drop { !$0.contains("enum RuleID") }.prefix { !$0.hasPrefix("}") }
            .filter { $0.hasPrefix("    case ") }
        #expect(cases?.isEmpty == false)
        #expect(Self.rules.count == cases?.count)
    }

    @Test("every rule has its own source file, in the folder of its kind, and its own test file")
    func everyRuleHasItsFiles() {
        for (name, id) in Self.rules {
            let type = (name.first?.uppercased() ?? "") + name.dropFirst() + "Rule"
            let folder = id.hasPrefix("compliance.") ? "Compliance" : "Risk"
            #expect(
                Repository.exists("Sources/Controls/\(folder)/\(type).swift"), "\(id) has no file \(folder)/\(type)")
            let tests = Repository.file("Tests/ControlsTests/\(type)Tests.swift")
            #expect(tests?.text.contains("@Suite(\"\(id)\")") == true, "\(id) has no suite in \(type)Tests.swift")
        }
    }

    @Test("every file of a rule is a rule's")
    func everyFileIsARule() {
        let types = Set(Self.rules.map { ($0.name.first?.uppercased() ?? "") + $0.name.dropFirst() + "Rule.swift" })
        for folder in ["Risk", "Compliance"] {
            for file in Repository.files(below: "Sources/Controls/\(folder)") {
                #expect(types.contains(file.name), "\(file.path) belongs to no rule")
            }
        }
    }
}
