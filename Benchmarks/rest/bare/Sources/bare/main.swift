import Hummingbird

/// bare PORT SIZE…: GET /SIZE answers a JSON text of so many bytes, encoded once.
let words = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard words.count == CommandLine.arguments.count - 1, let port = words.first else { fatalError("bare PORT SIZE…") }

let router = Router()
for size in Set(words.dropFirst()) where size > 1 {
    let body = ByteBuffer(string: "\"" + String(repeating: "x", count: size - 2) + "\"")
    router.get("/\(size)") { _, _ in
        Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }
}
router.get("/health") { _, _ in "ok" }
try await Application(router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
    .runService()
