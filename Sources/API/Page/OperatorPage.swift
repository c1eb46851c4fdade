import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The operator's page at `/`: files that are part of the executable, given to everybody. They hold nothing that is secret;
/// all that they show comes from the API, with the login of whoever looks.
struct OperatorPage: Sendable {
    static let own = OperatorPage()

    private let files: [String: PageFile]

    private init() {
        let all: [(String, [UInt8])] = [
            ("index.html", PackageResources.index_html), ("icon.svg", PackageResources.icon_svg),
            ("page.css", PackageResources.page_css),
            ("market.css", PackageResources.market_css),
            ("risk.css", PackageResources.risk_css),
            ("strategy.css", PackageResources.strategy_css),
            ("actions.js", PackageResources.actions_js),
            ("app.js", PackageResources.app_js),
            ("approvals.js", PackageResources.approvals_js),
            ("audit.js", PackageResources.audit_js),
            ("automation.js", PackageResources.automation_js),
            ("backtests.js", PackageResources.backtests_js),
            ("book.js", PackageResources.book_js),
            ("chart.js", PackageResources.chart_js),
            ("compliance.js", PackageResources.compliance_js),
            ("course.js", PackageResources.course_js),
            ("denials.js", PackageResources.denials_js),
            ("desk.js", PackageResources.desk_js),
            ("dom.js", PackageResources.dom_js),
            ("form.js", PackageResources.form_js),
            ("functions.js", PackageResources.functions_js),
            ("generations.js", PackageResources.generations_js),
            ("headroom.js", PackageResources.headroom_js),
            ("holdings.js", PackageResources.holdings_js),
            ("limits.js", PackageResources.limits_js),
            ("live.js", PackageResources.live_js),
            ("login.js", PackageResources.login_js),
            ("logs.js", PackageResources.logs_js),
            ("market.js", PackageResources.market_js),
            ("moves.js", PackageResources.moves_js),
            ("orders.js", PackageResources.orders_js),
            ("overview.js", PackageResources.overview_js),
            ("pane.js", PackageResources.pane_js),
            ("parameters.js", PackageResources.parameters_js),
            ("plot.js", PackageResources.plot_js),
            ("risk.js", PackageResources.risk_js),
            ("rows.js", PackageResources.rows_js),
            ("rules.js", PackageResources.rules_js),
            ("series.js", PackageResources.series_js),
            ("session.js", PackageResources.session_js),
            ("sessions.js", PackageResources.sessions_js),
            ("signals.js", PackageResources.signals_js),
            ("stops.js", PackageResources.stops_js),
            ("strategies.js", PackageResources.strategies_js),
            ("strategy.js", PackageResources.strategy_js),
            ("submit.js", PackageResources.submit_js),
            ("ticket.js", PackageResources.ticket_js),
            ("ticks.js", PackageResources.ticks_js),
            ("verdict.js", PackageResources.verdict_js),
            ("view.js", PackageResources.view_js),
            ("whatif.js", PackageResources.whatif_js),
        ]
        files = Dictionary(uniqueKeysWithValues: all.map(PageFile.init).map { ($0.path, $0) })
    }

    /// nil = there is no such file.
    func file(_ parts: [String]?) -> PageFile? {
        guard let parts, parts.isEmpty || parts.count == 2 && parts[0] == "page" else { return nil }
        return files["/" + parts.joined(separator: "/")]
    }
}

struct PageFile: Sendable {
    let path: String
    let type: String
    let body: ByteBuffer
    /// Of its content.
    let tag: String

    /// Its type is that of its ending; `index.html` has the path "/".
    init(_ name: String, _ bytes: [UInt8]) {
        path = name == "index.html" ? "/" : "/page/" + name
        type =
            switch name.split(separator: ".").last {
            case "html": "text/html; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "text/javascript; charset=utf-8"
            }
        body = ByteBuffer(bytes: bytes)
        tag = "\"" + SHA256.hash(data: bytes).prefix(16).map(Self.hex).joined() + "\""
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// Browsers ask each time and get the file only when it is another than theirs.
    func response(to request: Request) throws(APIError) -> Response {
        guard request.method == .get || request.method == .head else {
            var error = APIError(.methodNotAllowed, "\(path) takes GET, HEAD")
            error.headers = [("Allow", "GET, HEAD")]
            throw error
        }
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache", .contentSecurityPolicy: Self.policy]
        headers[.referrerPolicy] = "no-referrer"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        if isKnown(to: request) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// Only these files, and only questions to this host; no text becomes markup or a script.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    /// If-None-Match: "*", or a list of tags that may be marked as weak (RFC 9110, 13.1.2).
    private func isKnown(to request: Request) -> Bool {
        guard let header = request.headers[.ifNoneMatch] else { return false }
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
