import NIOCore
import Synchronization
import Testing

@testable import API

@Suite("Answers that are kept until something changes")
struct AnswerCacheTests {
    private final class Count: Sendable {
        let number = Mutex(0)
        func next() -> Int {
            number.withLock {
                $0 += 1; return $0
            }
        }
    }

    private struct NumberAnswer: OperationOutput {
        var number: Int
        static var example: NumberAnswer { NumberAnswer(number: 1) }
        func write(_ json: inout JSONWriter) { json.object { $0.field("number", number) } }
    }

    private static func operation(_ count: Count, isSnapshot: Bool = true) -> APIOperation {
        APIOperation(
            .get, "/api/number", id: "test.number", tag: "Test", summary: "Counts", rate: .standard,
            isSnapshot: isSnapshot
        ) { (_: NoInput, _) in NumberAnswer(number: count.next()) }
    }

    private static func numbers(
        _ server: LiveServer, _ asks: [(token: String, query: String)]
    ) async throws -> [Int] {
        var numbers: [Int] = []
        for (token, query) in asks {
            let answer = try await server.send("GET", "/api/number" + query, token: token)
            numbers.append(answer.json["number"] as? Int ?? -1)
        }
        return numbers
    }

    @Test("one look into the host for each revision, query and user")
    func sharing() async throws {
        let host = ScriptedHost()
        host.script.withLock { $0.revision = 7 }
        try await withServer([Self.operation(Count())], host: host) { server in
            let first = try await Self.numbers(server, [("viewer", ""), ("viewer", ""), ("viewer", "")])
            #expect(first == [1, 1, 1])
            let second = try await Self.numbers(server, [("trader", ""), ("trader", ""), ("viewer", "?a=1")])
            #expect(second == [2, 2, 3])
            host.script.withLock { $0.revision = 8 }
            let third = try await Self.numbers(server, [("viewer", ""), ("viewer", ""), ("trader", "")])
            #expect(third == [4, 4, 5])
        }
    }

    @Test("the token is looked at each time, and every answer has its own id")
    func rights() async throws {
        let host = ScriptedHost()
        host.script.withLock { $0.revision = 7 }
        try await withServer([Self.operation(Count())], host: host) { server in
            let first = try await server.send("GET", "/api/number", token: "viewer")
            let second = try await server.send("GET", "/api/number", token: "viewer")
            #expect(first.text == second.text)
            #expect(first.header("X-Request-ID") != second.header("X-Request-ID"))
            #expect(try await server.send("GET", "/api/number").status == 401)
            #expect(try await server.send("GET", "/api/number", token: "nobody").status == 401)
        }
    }

    @Test("nothing is kept of an operation that is no snapshot, or of a host that has no revision")
    func notKept() async throws {
        let host = ScriptedHost()
        host.script.withLock { $0.revision = 7 }
        try await withServer([Self.operation(Count(), isSnapshot: false)], host: host) { server in
            let numbers = try await Self.numbers(server, [("viewer", ""), ("viewer", "")])
            #expect(numbers == [1, 2])
        }
        try await withServer([Self.operation(Count())]) { server in
            let numbers = try await Self.numbers(server, [("viewer", ""), ("viewer", "")])
            #expect(numbers == [1, 2])
        }
    }

    @Test("an answer that was asked for before a change is not given after it")
    func order() {
        let cache = AnswerCache()
        let key = AnswerCache.Key(target: "/a", user: "u", kind: .login)
        func answer(_ text: String) -> OperationAnswer {
            OperationAnswer(status: 200, contentType: "text/plain", body: ByteBuffer(string: text))
        }
        cache.keep(answer("new"), for: key, at: 2)
        cache.keep(answer("late"), for: key, at: 1)
        #expect(cache.answer(key, at: 1) == nil)
        #expect(cache.answer(key, at: 2).map { String(buffer: $0.body) } == "new")
        #expect(cache.answer(key, at: 3) == nil)
    }

    private static func answer(_ text: String) -> OperationAnswer {
        OperationAnswer(status: 200, contentType: "text/plain", body: ByteBuffer(string: text))
    }

    @Test("those who ask while one asks the host wait for his answer, and go alone where he was refused")
    func together() async throws {
        struct Refused: Error {}
        let cache = AnswerCache()
        let key = AnswerCache.Key(target: "/a", user: "u", kind: .login)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let count = Count()
        let first = Task {
            try await cache.answer(key, at: 1) {
                _ = count.next()
                for await _ in gate { break }
                return Self.answer("shared")
            }
        }
        while count.number.withLock({ $0 }) == 0 { await Task.yield() }
        let others = (0..<8).map { _ in
            Task { try await cache.answer(key, at: 1) { Self.answer("of its own, \(count.next())") } }
        }
        opening.yield()
        for task in [first] + others {
            let text = String(buffer: try await task.value.body)
            #expect(text == "shared")
        }
        #expect(count.number.withLock { $0 } == 1)
        let newer = try await cache.answer(key, at: 2) { Self.answer("newer") }
        let older = try await cache.answer(key, at: 1) { Self.answer("older") }
        #expect(String(buffer: newer.body) == "newer" && String(buffer: older.body) == "older")
        let refusal = Task { try await cache.answer(key, at: 3) { throw Refused() } }
        await #expect(throws: Refused.self) { try await refusal.value }
        let after = try await cache.answer(key, at: 3) { Self.answer("after") }
        #expect(String(buffer: after.body) == "after")
    }

    @Test("memory is bounded, whatever is asked")
    func bound() {
        let cache = AnswerCache()
        let body = ByteBuffer(repeating: 32, count: 1 << 20)
        for number in 0..<100 {
            cache.keep(
                OperationAnswer(status: 200, contentType: "text/plain", body: body),
                for: AnswerCache.Key(target: "/\(number)", user: "u", kind: .login), at: 1)
        }
        let kept = (0..<100).filter {
            cache.answer(AnswerCache.Key(target: "/\($0)", user: "u", kind: .login), at: 1) != nil
        }
        #expect(kept == [0, 1, 2])
    }
}
