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
        let (script, style, image) = ("text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml")
        let all = [
            PageFile("/", "text/html; charset=utf-8", PackageResources.index_html),
            PageFile("/page/page.css", style, PackageResources.page_css),
            PageFile("/page/risk.css", style, PackageResources.risk_css),
            PageFile("/page/icon.svg", image, PackageResources.icon_svg),
            PageFile("/page/app.js", script, PackageResources.app_js),
            PageFile("/page/dom.js", script, PackageResources.dom_js),
            PageFile("/page/desk.js", script, PackageResources.desk_js),
            PageFile("/page/view.js", script, PackageResources.view_js),
            PageFile("/page/session.js", script, PackageResources.session_js),
            PageFile("/page/live.js", script, PackageResources.live_js),
            PageFile("/page/login.js", script, PackageResources.login_js),
            PageFile("/page/overview.js", script, PackageResources.overview_js),
            PageFile("/page/strategies.js", script, PackageResources.strategies_js),
            PageFile("/page/stops.js", script, PackageResources.stops_js),
            PageFile("/page/chart.js", script, PackageResources.chart_js),
            PageFile("/page/plot.js", script, PackageResources.plot_js),
            PageFile("/page/pane.js", script, PackageResources.pane_js),
            PageFile("/page/series.js", script, PackageResources.series_js),
            PageFile("/page/ticks.js", script, PackageResources.ticks_js),
            PageFile("/page/moves.js", script, PackageResources.moves_js),
            PageFile("/page/market.css", style, PackageResources.market_css),
            PageFile("/page/market.js", script, PackageResources.market_js),
            PageFile("/page/book.js", script, PackageResources.book_js),
            PageFile("/page/orders.js", script, PackageResources.orders_js),
            PageFile("/page/ticket.js", script, PackageResources.ticket_js),
            PageFile("/page/verdict.js", script, PackageResources.verdict_js),
            PageFile("/page/rows.js", script, PackageResources.rows_js),
            PageFile("/page/form.js", script, PackageResources.form_js),
            PageFile("/page/rules.js", script, PackageResources.rules_js),
            PageFile("/page/risk.js", script, PackageResources.risk_js),
            PageFile("/page/headroom.js", script, PackageResources.headroom_js),
            PageFile("/page/whatif.js", script, PackageResources.whatif_js),
            PageFile("/page/approvals.js", script, PackageResources.approvals_js),
            PageFile("/page/denials.js", script, PackageResources.denials_js),
            PageFile("/page/limits.js", script, PackageResources.limits_js),
            PageFile("/page/compliance.js", script, PackageResources.compliance_js),
            PageFile("/page/strategy.css", style, PackageResources.strategy_css),
            PageFile("/page/actions.js", script, PackageResources.actions_js),
            PageFile("/page/backtests.js", script, PackageResources.backtests_js),
            PageFile("/page/course.js", script, PackageResources.course_js),
            PageFile("/page/functions.js", script, PackageResources.functions_js),
            PageFile("/page/generations.js", script, PackageResources.generations_js),
            PageFile("/page/holdings.js", script, PackageResources.holdings_js),
            PageFile("/page/logs.js", script, PackageResources.logs_js),
            PageFile("/page/parameters.js", script, PackageResources.parameters_js),
            PageFile("/page/strategy.js", script, PackageResources.strategy_js),
            PageFile("/page/submit.js", script, PackageResources.submit_js),
            PageFile("/page/audit.js", script, PackageResources.audit_js),
            PageFile("/page/signals.js", script, PackageResources.signals_js),
            PageFile("/page/automation.js", script, PackageResources.automation_js),
            PageFile("/page/sessions.js", script, PackageResources.sessions_js),
        ]
        files = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
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

    init(_ path: String, _ type: String, _ bytes: [UInt8]) {
        self.path = path
        self.type = type
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
