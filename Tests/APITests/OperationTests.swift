import API
import Testing
import Trading

/// An operation of the tests: it echoes its input.
struct EchoInput: OperationInput, OperationOutput {
    var id: String
    var side: Side
    var quantity: Quantity
    var price: Price?
    var limit: Int
    var tags: [String]

    init(_ input: inout InputReader) {
        id = input.path.text("id", 1...8)
        limit = input.query.integer("limit", 1...500, default: 100)
        side = input.body.choice("side", ["BUY": .buy, "SELL": .sell])
        quantity = input.body.quantity("quantity")
        price = input.body.optionalPrice("price")
        tags = input.body.optionalTexts("tags", 0...3, each: 1...8) ?? []
    }

    init(id: String) {
        (self.id, side, quantity, limit, tags) = (id, .buy, .one, 100, ["a"])
    }
    static var example: EchoInput { EchoInput(id: "a") }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("id", id)
            json.choice("side", side == .buy ? "BUY" : "SELL", of: ["BUY", "SELL"])
            json.field("quantity", quantity)
            json.nullable("price", price)
            json.field("limit", limit)
            json.field("tags", tags)
        }
    }
}

let echo = APIOperation(
    .post, "/api/echo/{id}", id: "test.echo", tag: "Test", summary: "Echoes", access: .bearerCSRF, role: .trader,
    rate: .trading
) { (input: EchoInput, _) in input }

@Suite("Operations over a live port")
struct OperationTests {
    let good = #"{"side": "BUY", "quantity": "0.5", "price": 46319.5, "tags": ["x"]}"#

    @Test("answers a checked request")
    func answersACheckedRequest() async throws {
        try await withServer([echo]) { server in
            let answer = try await server.send(
                "POST", "/api/echo/a%2Fb?limit=7", token: "trader", body: good, headers: ["X-CSRF-Token": "csrf"])
            #expect(answer.status == 200)
            #expect(
                answer.text
                    == #"{"id":"a/b","side":"BUY","quantity":0.5,"price":46319.5,"limit":7,"tags":["x"]}"#)
            #expect(answer.header("X-Request-ID")?.isEmpty == false)
        }
    }

    @Test("names all faults of path, query and body at once")
    func namesAllFaults() async throws {
        try await withServer([echo]) { server in
            let body = #"{"side": "HOLD", "quantity": -1, "price": 1e300, "tags": ["", 5], "colour": 1}"#
            let answer = try await server.send("POST", "/api/echo/123456789?limit=0", token: "key", body: body)
            #expect(answer.status == 400)
            #expect(answer.code == "VALIDATION_FAILED")
            let error = answer.json["error"] as? [String: Any]
            let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
            #expect(
                faults.compactMap { $0["path"] } == [
                    "id", "limit", "side", "quantity", "price", "tags.0", "tags.1", "colour",
                ])
        }
    }

    @Test(
        "takes numbers with exponents exactly, as many clients write small ones",
        arguments: [
            ("5e-05", "0.00005"), ("5E-5", "0.00005"), ("1.25e+2", "125"), ("12.5e-1", "1.25"), ("0.1e1", "1"),
            ("1e0", "1"), ("120e-1", "12"), ("0.00001e5", "1"),
        ])
    func exponents(_ written: String, _ meant: String) async throws {
        try await withServer([echo]) { server in
            let body = #"{"side": "BUY", "quantity": \#(written), "price": 1, "tags": []}"#
            let answer = try await server.send("POST", "/api/echo/a", token: "key", body: body)
            #expect(answer.status == 200 && answer.text.contains(#""quantity":\#(meant),"#), "\(answer.text)")
        }
    }

    @Test(
        "refuses numbers that are none of ours, whatever their exponent",
        arguments: ["-5e-05", "1e400", "1e-400", "1e99999999999999999999", "1e-9", "0e0", "1e50", "1.000000001"])
    func badExponents(_ written: String) async throws {
        try await withServer([echo]) { server in
            let body = #"{"side": "BUY", "quantity": \#(written), "price": 1, "tags": []}"#
            let answer = try await server.send("POST", "/api/echo/a", token: "key", body: body)
            #expect(answer.status == 400 && answer.text.contains(#""path":"quantity""#), "\(answer.text)")
        }
    }

    @Test("names what is wrong with the query as such together with all other faults")
    func queryFaults() async throws {
        try await withServer([echo]) { server in
            let answer = try await server.send("POST", "/api/echo/a?limit=5&limit=6", token: "key", body: "{}")
            #expect(answer.status == 400)
            let error = answer.json["error"] as? [String: Any]
            let faults = (error?["details"] as? [String: Any])?["faults"] as? [[String: String]] ?? []
            #expect(Set(faults.compactMap { $0["path"] }).isSuperset(of: ["limit", "side", "quantity"]))
            let many = (0..<300).map { "x\($0)=1" }.joined(separator: "&")
            let good = #"{"side": "BUY", "quantity": 1, "price": 1, "tags": []}"#
            #expect(try await server.send("POST", "/api/echo/a?\(many)", token: "key", body: good).status == 400)
        }
    }

    @Test("tests the token, then the role, then the CSRF token, then the syntax")
    func testsInOrder() async throws {
        try await withServer([echo]) { server in
            let path = "/api/echo/a"
            #expect(try await server.send("POST", path, body: "{").status == 401)
            #expect(try await server.send("POST", path, token: "nonsense", body: "{").status == 401)
            #expect(try await server.send("POST", path, token: "viewer", body: "{").status == 403)
            let csrf = try await server.send("POST", path, token: "trader", body: "{")
            #expect(csrf.status == 403 && csrf.message.contains("X-CSRF-Token"))
            let syntax = try await server.send(
                "POST", path, token: "trader", body: #"{"a":"#, headers: ["X-CSRF-Token": "csrf"])
            #expect(syntax.status == 400 && syntax.message.contains("line 1, column 6"))
        }
    }

    @Test("an unknown path is 404, another method of a known path 405 with Allow")
    func unknownRoutes() async throws {
        try await withServer([echo]) { server in
            let unknown = try await server.send("GET", "/no/such/route")
            #expect(unknown.status == 404 && unknown.code == "NOT_FOUND")
            let method = try await server.send("DELETE", "/api/echo/a")
            #expect(method.status == 405 && method.code == "METHOD_NOT_ALLOWED")
            #expect(method.header("Allow") == "POST")
        }
    }
}
