public import NIOCore

/// What an operation answers. `example` describes it: its lists are not empty, its optional values may be nil.
public protocol OperationOutput: JSONWritable, Sendable {
    static var example: Self { get }
    /// HTTP status of the answer; 200 unless the answer says otherwise.
    var status: Int { get }
    static var contentType: String { get }
    /// Beside those that every answer has.
    var headers: [(name: String, value: String)] { get }
    /// An answer that goes on takes the place of the body; nil = there is none.
    var stream: AsyncStream<ByteBuffer>? { get }
}

extension OperationOutput {
    public var status: Int { 200 }
    public static var contentType: String { "application/json" }
    public var headers: [(name: String, value: String)] { [] }
    public var stream: AsyncStream<ByteBuffer>? { nil }
    public static var schema: Schema {
        let example = Self.example
        return JSONWriter.describe { example.write(&$0) }
    }
}

/// {success: true}
public struct Success: OperationOutput {
    public init() {}
    public static var example: Success { Success() }
    public func write(_ json: inout JSONWriter) {
        json.object { $0.constant("success", true) }
    }
}
