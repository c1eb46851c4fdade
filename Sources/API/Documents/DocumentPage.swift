import Crypto
import FoundationEssentials

/// GET /docs: every operation of /openapi.json for people, who can try each there. One file that loads nothing from elsewhere;
/// the policy in its header holds the browser to that.
let documentPageOperation = APIOperation(
    .get, "/docs", id: "docs.page", tag: "Documents", summary: "The operations for people, to read and to try",
    access: .open, rate: .unlimited
) { (_: NoInput, _) in DocumentPage() }

struct DocumentPage: OperationOutput {
    static var example: DocumentPage { DocumentPage() }
    static var contentType: String { "text/html; charset=utf-8" }
    static var schema: Schema { .text() }

    var headers: [(name: String, value: String)] {
        [
            ("Content-Security-Policy", Self.policy), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
    }

    func write(_ json: inout JSONWriter) { json.raw(Self.text) }

    /// Only this script and this style, and only questions to this host.
    private static let policy = [
        "default-src 'none'", "script-src '\(source(script))'", "style-src '\(source(style))'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static func source(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString()
    }

    private static let text = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Stratagem: the API</title>
        <style>\(style)</style>
        </head>
        <body>
        <header>
        <h1>Stratagem <small id="version"></small></h1>
        <p>Every operation of this host, from its OpenAPI description
        (<a href="/openapi.json">openapi.json</a><span id="versions">,
        <a href="/docs/api-migration/v1-to-v2.md">versions</a></span>).</p>
        <form id="login">
        <label>User <input id="user" autocomplete="username"></label>
        <label>Password <input id="password" type="password" autocomplete="current-password"></label>
        <label>Code, if set up <input id="code" size="7" autocomplete="one-time-code"></label>
        <button>Log in</button>
        </form>
        <form id="key">
        <label>Token or API key <input id="token" type="password" autocomplete="off"></label>
        <button>Use it</button>
        </form>
        <p><output id="who" aria-live="polite">not logged in</output></p>
        <label>Find a path, a summary or an id <input id="find" type="search"></label>
        <nav id="tags" aria-label="Groups"></nav>
        </header>
        <main id="operations"><p>Loading …</p>
        <noscript><p>This page needs JavaScript; all that it shows is in /openapi.json.</p></noscript></main>
        <script>\(script)</script>
        </body>
        </html>

        """
}
