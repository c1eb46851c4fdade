import Trading

/// One answered request, for the metrics and the access log. Nothing here is the client's free text: no path, no query, no
/// header but a harmless request id.
struct RequestObservation: Sendable {
    var method: String
    /// The template: "/api/orders/{order_id}"; "unmatched" where none fits.
    var route: String
    var status: Int
    var isOrderEntry: Bool
    /// Until the answer was ready.
    var duration: Duration
    var time: Timestamp
    var id: String
    var address: String
    /// nil = nobody who is known.
    var user: String?
    /// Of the answer's body; nil = it goes on.
    var bytes: Int?
}

extension RequestObservation {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// An unknown method is the client's text; there are endless many.
    var knownMethod: String {
        ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"].contains(method) ? method : "other"
    }

    /// A line of the access log.
    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("time", time)
            json.field("request_id", id)
            json.field("address", address)
            json.nullable("user", user)
            json.field("method", knownMethod)
            json.field("route", route)
            json.field("status", status)
            json.field("microseconds", Int(nanoseconds / 1000))
            json.nullable("bytes", bytes)
        }
    }
}
