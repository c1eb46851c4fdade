import Testing

/// The scanners find what they are there for: a style test that sees nothing would pass for ever.
@Suite("Scanners")
struct ScannerTests {
    private func file(_ text: String, _ path: String = "Sources/Engine/X.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test("imports are read with their access and attributes, and parts of a module as the module")
    func imports() {
        let text = """
            public import Trading
            @testable import Engine
            internal import struct Foundation.Date
            import Glibc
            // import Comment
                let text = "import Quoted"
            struct import_ {}
            """
        let found = file(text).imports
        #expect(found.map(\.module) == ["Trading", "Engine", "Foundation", "Glibc"])
        #expect(found.map(\.line) == [1, 2, 3, 4])
        #expect(file(text, "Sources/X/x.c").imports.isEmpty)
    }

    @Test("words of code are found, words of comments and literals are not")
    func words() {
        let text = """
            let a = Date() // Task
            /* random /* Clock */ Thread */
            let b = "await \\" print" + async
            let c = \"\"\"
                fopen "quoted" getenv
                \"\"\"
            actor
            """
        let words = SwiftCode(text).words
        #expect(words.map(\.word) == ["let", "a", "Date", "let", "b", "async", "let", "c", "actor"])
        #expect(words.first { $0.word == "Date" }?.line == 1)
        #expect(words.last?.line == 7)
    }

    @Test("functions are measured from head to closing brace")
    func functions() {
        let text = """
            struct A {
                init() { x = 1 }
                @inlinable public mutating func short(_ a: Int) -> Int {
                    if a > 0 {
                        return 1
                    }
                    return 2
                }
                func long(
                    a: Int
                ) throws -> Int {
                    1
                }
                private init?<T>(
                    t: T
                )
                where T: Sendable {
                    nil
                }
                var init_: Int { 1 }
                deinit { base.deallocate() }
            }
            protocol P {
                func required()
                init(x: Int)
            }
            """
        let bodies = FunctionBody.all(in: file(text))
        #expect(bodies.map(\.line) == [2, 3, 9, 14, 21])
        #expect(bodies.map(\.length) == [1, 6, 5, 6, 1])
    }

    @Test("the text of a literal does not make a function long")
    func literals() {
        let text = "func source() -> String {\n    \"\"\"\n    a\n    }\n    b\n    \"\"\"\n}\n"
        #expect(FunctionBody.all(in: file(text)).map(\.length) == [4])
    }

    @Test("functions of C and Python are measured too")
    func otherLanguages() {
        let c = "static int f(int a)\n;\nint g(int a) {\n    return a;\n}\nenum { A };\n"
        #expect(FunctionBody.all(in: file(c, "Plugins/X/x.c")).map(\.length) == [3])
        let python =
            "def f(a):\n    b = 1\n\n    return b\n\n\nclass C:\n    def g(\n        self,\n    ):\n        pass\n"
        #expect(FunctionBody.all(in: file(python, "Tests/x.py")).map(\.length) == [4, 4])
    }
}
