import API
import PluginHost
import Testing

@testable import stratagem

@Suite("Arguments of functions")
struct FunctionArgumentTests {
    private func read(_ signature: String, _ json: String) throws -> FunctionArguments {
        guard case .object(let members) = try JSONValue(parsing: json) else { return try read(signature, "{}") }
        return FunctionArguments(members, try FunctionSignature(signature))
    }

    @Test("values of every type, in the order of the signature")
    func good() throws {
        let signature = "(a: f64, b: i64, c: u64, d: bool, e: string, f: string?, g: [f64]) -> f64"
        let json = #"{"g":[1,2.5],"e":"text","d":true,"c":18446744073709551615,"b":-9223372036854775808,"a":1e3}"#
        let arguments = try read(signature, json)
        #expect(arguments.faults == [])
        #expect(
            arguments.values == [
                .number(1_000), .integer(.min), .unsigned(.max), .boolean(true), .text("text"), .none,
                .numbers([1, 2.5]),
            ])
    }

    @Test(
        "what does not fit is a fault with its place",
        arguments: [
            ("(a: f64) -> f64", #"{"a":1e999}"#, "a", "is beyond the largest number"),
            ("(a: f64) -> f64", #"{"a":"1"}"#, "a", "must be a number"),
            ("(a: f64) -> f64", #"{"a":null}"#, "a", "is required: a number"),
            ("(a: i64) -> f64", #"{"a":9223372036854775808}"#, "a", "must be a whole number of 64 bits"),
            ("(a: i64) -> f64", #"{"a":5.0}"#, "a", "must be a whole number of 64 bits"),
            ("(a: u64) -> f64", #"{"a":-1}"#, "a", "must be a whole number from 0 to 18446744073709551615"),
            ("(a: bool) -> f64", #"{"a":1}"#, "a", "must be true or false"),
            ("(a: string) -> f64", #"{"a":"\u0000"}"#, "a", "must not have the character 0"),
            ("(a: [f64]) -> f64", #"{"a":5}"#, "a", "must be a list of numbers"),
            ("(a: [f64]) -> f64", #"{"a":[1,2,1e999]}"#, "a.2", "must be a finite number"),
            ("(a: [f64]) -> f64", #"{"a":[1,"2"]}"#, "a.1", "must be a finite number"),
            ("() -> f64", #"{"a":5}"#, "a", "is no argument of this function; it takes no arguments"),
        ])
    func bad(_ signature: String, _ json: String, _ path: String, _ message: String) throws {
        #expect(try read(signature, json).faults == [RequestFault(path: path, message: message)])
    }

    @Test("lists and texts have limits, and so have faults")
    func limits() throws {
        let list = "[" + Array(repeating: "1", count: 65_537).joined(separator: ",") + "]"
        #expect(
            try read("(a: [f64]) -> f64", #"{"a":\#(list)}"#).faults == [
                RequestFault(path: "a", message: "must have at most 65536 elements, not 65537")
            ])
        let text = String(repeating: "x", count: 65_537)
        #expect(
            try read("(a: string) -> f64", #"{"a":"\#(text)"}"#).faults == [
                RequestFault(path: "a", message: "must have at most 65536 bytes, not 65537")
            ])
        let many = (0..<500).map { #""k\#($0)":1"# }.joined(separator: ",")
        #expect(try read("() -> f64", "{\(many)}").faults.count == 100)
    }
}
