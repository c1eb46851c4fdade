import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The operator's page at `/`: files that are part of the executable, given to everybody. They hold nothing that is secret;
/// all that they show comes from the API, with the login of whoever looks.
struct OperatorPage: Sendable {
    static let own = OperatorPage()

    private struct File {
        let type: String
        let body: ByteBuffer
        let tag: String

        init(_ type: String, _ bytes: [UInt8]) {
            self.type = type
            body = ByteBuffer(bytes: bytes)
            tag = "\"" + SHA256.hash(data: bytes).prefix(16).map(Self.hex).joined() + "\""
        }

        private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }

    /// By path.
    private let files: [String: File]

    private init() {
        let (script, style, image) = ("text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml")
        files = [
            "/": File("text/html; charset=utf-8", PackageResources.index_html),
            "/page/page.css": File(style, PackageResources.page_css),
            "/page/icon.svg": File(image, PackageResources.icon_svg),
            "/page/app.js": File(script, PackageResources.app_js),
            "/page/dom.js": File(script, PackageResources.dom_js),
            "/page/session.js": File(script, PackageResources.session_js),
            "/page/live.js": File(script, PackageResources.live_js),
            "/page/login.js": File(script, PackageResources.login_js),
            "/page/overview.js": File(script, PackageResources.overview_js),
            "/page/strategies.js": File(script, PackageResources.strategies_js),
            "/page/stops.js": File(script, PackageResources.stops_js),
            "/page/chart.js": File(script, PackageResources.chart_js),
        ]
    }

    /// nil = there is no such file.
    func path(_ parts: [String]?) -> String? {
        guard let parts else { return nil }
        let path = "/" + parts.joined(separator: "/")
        return files[path] == nil ? nil : path
    }

    /// Of a path that is there. Browsers ask each time and get the file only when it is another than theirs.
    func response(_ path: String, to request: Request) throws(APIError) -> Response {
        guard let file = files[path] else { throw APIError(.unknown, "no operation has the path \(path)") }
        guard request.method == .get || request.method == .head else {
            var error = APIError(.methodNotAllowed, "\(path) takes GET, HEAD")
            error.headers = [("Allow", "GET, HEAD")]
            throw error
        }
        var headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache", .contentSecurityPolicy: Self.policy]
        headers[.referrerPolicy] = "no-referrer"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        if Self.has(file.tag, request.headers[.ifNoneMatch]) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.body))
    }

    /// Only these files, and only questions to this host; no text becomes markup or a script.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    /// If-None-Match: "*", or a list of tags that may be marked as weak (RFC 9110, 13.1.2).
    private static func has(_ tag: String, _ header: String?) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { one in
            let one = one.drop { $0 == " " }.prefix { $0 != " " }
            return one == "*" || one == tag || one == "W/" + tag
        }
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    fileprivate static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}
