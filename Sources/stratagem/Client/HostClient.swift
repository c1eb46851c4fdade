import API

/// Talks to the host of a data folder as its local administrator: over the local socket, and where that does not answer
/// over TCP. Each request has a connection of its own.
struct HostClient {
    /// What the host said, whether it liked the request or not.
    struct Answer {
        var status: Int
        var body: JSON

        var isGood: Bool { (200..<300).contains(status) }

        /// The reason in the error's body, in each of the API's forms.
        var reason: String {
            let error = body["error"]
            let text = error?["message"]?.string ?? error?.string ?? body["error_message"]?.string
            return (text ?? "status \(status)").printable
        }
    }

    let file: HostFile
    let dataFolder: String
    var timeoutSeconds = 10

    /// The host that runs on the data folder.
    init(dataFolder: String) throws(CommandError) {
        self.dataFolder = dataFolder
        switch HostFile.read(from: dataFolder) {
        case .running(let file): self.file = file
        case .none:
            throw CommandError(
                .environment, "no host runs on this data folder", at: dataFolder, "start one with `stratagem run`")
        case .stale(let file):
            throw CommandError(
                .environment, "no host runs on this data folder; process \(file.pid) ended without a word",
                at: dataFolder, "start one with `stratagem run`")
        case .damaged(let reason):
            throw CommandError(
                .environment, "where the host is cannot be told: \(reason)", at: HostFile.path(in: dataFolder),
                "stop the host, remove the file, start it again")
        }
    }

    /// A good answer's body; anything else is an error.
    func get(_ path: String, _ query: [(name: String, value: String?)] = []) throws(CommandError) -> JSON {
        try good(send(HTTPRequest(path: path, query: query)), path)
    }

    func post(_ path: String, _ body: JSON) throws(CommandError) -> JSON {
        try good(send(HTTPRequest(method: "POST", path: path, body: body)), path)
    }

    /// As `get`; nil where the host knows no such thing.
    func find(_ path: String, _ query: [(name: String, value: String?)] = []) throws(CommandError) -> JSON? {
        let answer = try send(HTTPRequest(path: path, query: query))
        return answer.status == 404 ? nil : try good(answer, path)
    }

    func send(_ request: HTTPRequest) throws(CommandError) -> Answer {
        do throws(ClientFault) {
            return try exchange(request)
        } catch {
            throw CommandError(
                .environment, "the host (process \(file.pid)) does not answer: \(error)", at: dataFolder,
                "look at its output; it may be starting, stopping or stuck")
        }
    }

    func good(_ answer: Answer, _ path: String) throws(CommandError) -> JSON {
        if answer.isGood { return answer.body }
        let (code, remedy): (CommandError.Code, String) =
            switch answer.status {
            case 400: (.usage, "mend the command")
            case 404: (.usage, "`stratagem strategies` and `stratagem orders` list what there is, `why` the stops")
            case 401, 403: (.environment, "run this as the user who started the host")
            case 409: (.no, "look at its state first")
            case 501: (.environment, "use a newer host")
            default: (.environment, "try again; `stratagem doctor` and the host's output tell more")
            }
        throw CommandError(code, "the host refused: \(answer.reason)", at: path, remedy)
    }

    // MARK: Connections

    private func exchange(_ request: HTTPRequest) throws(ClientFault) -> Answer {
        var request = request
        if request.token == nil { request.token = file.token }
        let (connection, host) = try connect()
        try connection.write(request.bytes(host: host))
        let answer = try HTTPAnswer.read(from: connection)
        guard !answer.body.isEmpty else { return Answer(status: answer.status, body: .null) }
        do throws(JSONFailure) {
            return Answer(status: answer.status, body: try JSON(parsing: answer.body))
        } catch {
            throw .malformed("status \(answer.status), and no JSON: \(error)")
        }
    }

    /// The connection, and what the request calls the host.
    private func connect() throws(ClientFault) -> (Connection, host: String) {
        var reasons: [String] = []
        if let socket = file.socket {
            do throws(ClientFault) {
                return (try Connection(socket: socket, seconds: timeoutSeconds), "localhost")
            } catch {
                reasons.append(error.description)
            }
        }
        guard let (host, port) = HostClient.authority(of: file.url) else {
            throw .notConnected((reasons + ["\(file.url) is no address"]).joined(separator: "; "))
        }
        // A host that listens everywhere is reached here.
        let target = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        do throws(ClientFault) {
            let name = target.contains(":") ? "[\(target)]" : target
            return (try Connection(host: target, port: port, seconds: timeoutSeconds), "\(name):\(port)")
        } catch {
            throw .notConnected((reasons + [error.description]).joined(separator: "; "))
        }
    }

    /// Of "http://127.0.0.1:8080/", "http://[::1]:8080".
    static func authority(of url: String) -> (host: String, port: UInt16)? {
        guard url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst(7).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...])
        else { return nil }
        let host = authority[..<colon]
        guard host.hasPrefix("[") else { return host.isEmpty || host.contains(":") ? nil : (String(host), port) }
        return host.hasSuffix("]") && host.count > 2 ? (String(host.dropFirst().dropLast()), port) : nil
    }
}
