import Testing

@testable import PluginHost

/// What the light reading of Swift finds; the compiler judges the rest.
@Suite("Strategy types in sources")
struct StrategyTypesTests {
    private func types(_ text: String...) -> StrategyTypes {
        StrategyTypes(
            text.enumerated().map { SourceFiles.File(name: "\($0).swift", bytes: Array($1.utf8)) })
    }

    private func names(_ text: String...) -> [String] {
        StrategyTypes(text.enumerated().map { SourceFiles.File(name: "\($0).swift", bytes: Array($1.utf8)) })
            .found.map(\.name)
    }

    @Test("a struct, a final class and a conformance by extension are strategies")
    func declarations() {
        #expect(names("struct A: Strategy {}") == ["A"])
        #expect(names("public struct A : Codable, Strategy, Sendable { var x = 1 }") == ["A"])
        #expect(names("final class B: StrategyKit.Strategy { class func f() {}; class var x: Int { 1 } }") == ["B"])
        #expect(names("struct C { var strategy: Strategy? }", "extension C: Strategy {}") == ["C"])
        #expect(names("struct G<T: Codable>: Strategy where T: Sendable {\n}") == ["G"])
        #expect(names("struct `Odd`\n  :\n  Strategy\n{}") == ["Odd"])
        #expect(names("enum E: @unchecked Sendable, Strategy {}") == ["E"])
    }

    @Test("a type inside of another has its full name, one inside of a function is none")
    func nested() {
        #expect(names("enum Outer { struct Inner: Strategy { func f() { if true {} } } }") == ["Outer.Inner"])
        #expect(names("extension A.B { struct C: Strategy {} }") == ["A.B.C"])
        #expect(names("func f() { struct Local: Strategy {} }") == [])
    }

    @Test("a protocol that refines Strategy makes strategies, and is none itself")
    func protocols() {
        #expect(names("protocol Base: Strategy {}\nstruct A: Base {}") == ["A"])
        #expect(names("struct A: Deep {}", "protocol Deep: Base {}", "protocol Base: Strategy {}") == ["A"])
        #expect(names("protocol Other: Codable {}\nstruct A: Other {}") == [])
    }

    @Test("comments and texts are not read")
    func ignored() {
        #expect(names("// struct A: Strategy {}\n/* /* struct B: Strategy {} */ struct C: Strategy {} */") == [])
        #expect(names("let a = \"struct A: Strategy {\"\nstruct B: Strategy {}") == ["B"])
        #expect(names("let a = \"\\(f(\"}\")) {\"; struct B: Strategy {}") == ["B"])
        #expect(
            names(
                "let a = #\"\\ \" { \"#; let b = \"\"\"\n struct A: Strategy { \"quoted\"\n\"\"\"; struct B: Strategy {}"
            ) == ["B"])
        #expect(names("let strategies: [any Strategy] = []; func f<S: Strategy>(_ s: S) {}") == [])
        #expect(names("let x = a.struct; switch b { case .extension: break }\nstruct A: Strategy {}") == ["A"])
    }

    @Test("file, line and privacy are told, and the sources' own export is seen")
    func facts() {
        let found = types("import StrategyKit\n\nstruct A {}", "\nprivate struct B: Strategy {}").found
        #expect(found == [.init(name: "B", file: "1.swift", line: 2, isPrivate: true)])
        #expect(types("private struct P {}\nstruct B: Strategy {}").found.map(\.isPrivate) == [false])
        #expect(types("@c @implementation public func strategy_entry_v1() {}").exportsEntry)
        #expect(!types("// strategy_entry_v1").exportsEntry)
    }

    @Test(
        "unfinished sources end the reading, never the host",
        arguments: [
            "struct", "struct A", "struct A:", "struct A: Strategy", "struct A<", "extension A.", "\"", "\"\"\"", "/*",
            "#\"",
            "\"\\(", "}}}}", "`", "struct A: Strategy { \"", "\u{0}struct A: Strategy {",
        ])
    func unfinished(_ text: String) {
        #expect(names(text).count <= 1)
        #expect(names(String(repeating: text, count: 500)).count <= 500)
    }
}

@Suite("Compiler messages")
struct CompilerOutputTests {
    private func read(_ output: String, failed: Bool = false) -> [CompilerMessage] {
        CompilerOutput(output, files: ["a.swift", "b c.c", "d.rs"], hasFailed: failed).messages
    }

    @Test("place, severity and text are read from the lines of every compiler")
    func places() {
        #expect(
            read("./a.swift:12:8: error: cannot find 'x' in scope\n    var y = x\n            ^\n")
                == [.init(.error, "cannot find 'x' in scope", file: "a.swift", line: 12, column: 8)])
        #expect(
            read("./b c.c: In function 'f':\n./b c.c:3:1: warning: unused: a: b\n")
                == [.init(.warning, "unused: a: b", file: "b c.c", line: 3, column: 1)])
        #expect(
            read("./d.rs:7:5: error[E0425]: cannot find value `x`\nerror: aborting due to 1 previous error\n")
                == [.init(.error, "cannot find value `x` [E0425]", file: "d.rs", line: 7, column: 5)])
        #expect(
            read("b c.c:9:2: fatal error: 'no.h' file not found")
                == [.init(.error, "'no.h' file not found", file: "b c.c", line: 9, column: 2)])
    }

    @Test("a place outside of the folder is none, and linkers are heard")
    func elsewhere() {
        #expect(read("/kit/x.h:3:4: note: declared here") == [.init(.note, "declared here")])
        #expect(read("ld.lld: error: undefined symbol: frobnicate") == [.init(.error, "undefined symbol: frobnicate")])
        #expect(read("a.c:(.text+0x5): undefined reference to `frobnicate'").map(\.severity) == [.error])
    }

    @Test("what follows from the author's mistake in the host's own file is left out")
    func ownFile() {
        let output = "../HostExport.swift:6:5: error: type 'A' does not conform\n./a.swift:1:8: error: not Codable\n"
        #expect(read(output).map(\.file) == ["a.swift"])
        #expect(
            read("../HostExport.swift:6:5: error: type 'A' does not conform\n").map(\.text) == [
                "type 'A' does not conform – in the line by which the host exports it"
            ])
    }

    @Test("a failure has a reason in any case, and none is without end")
    func failures() {
        #expect(read("Segmentation fault\n", failed: true) == [.init(.error, "Segmentation fault")])
        #expect(read("", failed: true).count == 1)
        let flood = String(repeating: "./a.swift:1:1: error: no\n", count: 5000)
        #expect(read(flood, failed: true).count == CompilerOutput.messagesMax)
        let long = "./a.swift:1:1: error: " + String(repeating: "é", count: 100_000)
        #expect(read(long, failed: true)[0].text.utf8.count < 3000)
        #expect(read("./a.swift:99999999999999999999:1: error: x", failed: true).count == 1)
    }
}
