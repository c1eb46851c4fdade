import HTTPTypes
import Hummingbird

/// Lets pages of other origins use the API from a browser: those that `api.cors` names, or all with "*". Tokens are in headers,
/// never in cookies, so an answer may go to any page that has one.
struct CrossOrigin: Sendable {
    let origins: Set<String>

    private static let requestHeaders = [
        "Authorization", "Content-Type", "X-CSRF-Token", "Idempotency-Key", "X-Request-ID", "Last-Event-ID",
    ]
    private static let answerHeaders = [
        "X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After", "Allow",
        "Deprecation", "Sunset", "Link",
    ]

    /// The answer to a browser that asks what a page may send to a path; nil = the request asks for something else.
    func preflight(_ request: Request, _ match: RouteTable.Match?) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil, isAllowed(request),
            let match
        else { return nil }
        let headers: HTTPFields = [
            .accessControlAllowMethods: match.allow,
            .accessControlAllowHeaders: CrossOrigin.requestHeaders.joined(separator: ", "),
            .accessControlMaxAge: "600",
        ]
        return Response(status: .ok, headers: headers)
    }

    func mark(_ response: inout Response, for request: Request) {
        if origins.isEmpty { return }
        response.headers[.vary] = "Origin"
        guard isAllowed(request), let origin = request.headers[.origin] else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = CrossOrigin.answerHeaders.joined(separator: ", ")
    }

    private func isAllowed(_ request: Request) -> Bool {
        guard let origin = request.headers[.origin] else { return false }
        return origins.contains(origin) || origins.contains("*")
    }
}
