/// Where document 003 says that it stands.
let migrationGuideOperation = APIOperation(
    .get, "/docs/api-migration/v1-to-v2.md", id: "docs.migration", tag: "Documents",
    summary: "How to get from one version of the API to the next", access: .open, rate: .unlimited
) { (_: NoInput, _) in MigrationGuide() }

struct MigrationGuide: OperationOutput {
    static var example: MigrationGuide { MigrationGuide() }
    static var contentType: String { "text/markdown; charset=utf-8" }
    static var schema: Schema { .text() }

    func write(_ json: inout JSONWriter) { json.raw(Self.text) }

    private static let text = """
        # From v1 to v2 of the API

        There is no v2: v1 (`/api/v1/…`, and the paths without a version) is the only version, and nothing has to be changed.

        ## What a client may rely on

        * The version stands in the path. A breaking change gets a new one; v1 keeps its paths, fields, meanings and error codes.
        * Two major versions are served side by side: when v3 comes, v1 ends and v2 stays.
        * What will end is announced six months before. Its answers carry `Deprecation` (since when, RFC 9745) and `Sunset`
          (until when, RFC 8594) from then on, with a `Link` to the guide that says what to use in its place.
        * No breaking changes, and so no new version: new operations, new optional fields of a request, new fields of an answer,
          new words in `details` of an error. A client ignores fields that it does not know.

        ## How to find out what there is

        * `GET /openapi.json` describes every operation of the running host, and `/docs` shows the same for people.
        * `version` of `GET /health` is the host's.

        ## When v2 comes

        This guide will list each breaking change with a request and an answer of both versions, and what can be changed
        by a program.

        """
}
