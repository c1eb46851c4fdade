import Testing

/// The house plan: which room may import which, and what each must keep out.
@Suite("Rooms")
struct RoomTests {
    /// Project modules that a room may import. A new room is added here when it is added to the house.
    static let plan: [String: Set<String>] = [
        "CStrategyABI": [],
        "StrategyKit": ["CStrategyABI"],
        "StrategyTesting": ["CStrategyABI", "StrategyKit"],
        "Trading": ["CStrategyABI"],
        "Controls": ["CStrategyABI", "Trading"],
        "Portfolio": ["CStrategyABI", "Trading"],
        "Execution": ["CStrategyABI", "Trading", "Controls", "Portfolio"],
        "Features": ["CStrategyABI", "Trading"],
        "Signals": ["CStrategyABI", "Trading", "Features"],
        "Engine": ["CStrategyABI", "Trading", "Controls", "Portfolio", "Execution", "Features"],
        "MarketData": ["CStrategyABI", "Trading"],
        "PluginHost": ["CStrategyABI", "CWorker", "Trading", "Features", "CProcess"],
        "Configuration": ["CStrategyABI", "Trading"],
        "Journal": ["CStrategyABI", "Trading"],
        "API": ["CStrategyABI", "Trading", "Portfolio", "Journal"],
        "AllocationCount": [],
        "CBenchmark": ["CStrategyABI"],
        "CProcess": [],
        "CWorker": ["CStrategyABI"],
        "stratagem": [
            "CStrategyABI", "Trading", "Controls", "Portfolio", "Execution", "Engine", "MarketData", "PluginHost",
            "Configuration", "CBenchmark", "CProcess", "Features", "Signals", "Journal", "API",
        ],
    ]
    static let core = ["Trading", "Features", "Controls", "Portfolio", "Execution", "Engine"]

    /// Third-party modules and the rooms of each.
    static let thirdParty: [String: Set<String>] = [
        "Yams": ["Configuration"], "ArgumentParser": ["stratagem"], "CZlib": ["MarketData"], "CFFI": ["PluginHost"],
        "GRDB": ["Journal"],
        "GRDBSQLite": ["Journal"],
        "Hummingbird": ["API"], "HummingbirdCore": ["API"], "HTTPTypes": ["API"], "NIOCore": ["API", "stratagem"],
        "NIOPosix": ["API"], "NIOHTTP1": ["API", "stratagem"], "NIOWebSocket": ["API"],
        "AsyncHTTPClient": ["stratagem"],
        "JWTKit": ["API"],
        "CryptoExtras": ["API"], "Crypto": ["API", "Journal", "PluginHost", "stratagem"],
        "Logging": ["API", "stratagem"],
        "CoreMetrics": ["API"], "Metrics": ["API"], "ServiceLifecycle": ["API", "stratagem"],
        "Histogram": ["stratagem"],
    ]

    /// What comes with the toolchain and the operating system. Not FoundationNetworking: with it the dynamic linker loads 30
    /// libraries more, and every worker starts 9 ms later.
    static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Swift", "Synchronization", "Testing",
    ]

    private static let manifest = Repository.file("Package.swift")?.text ?? ""

    @Test("every room of the package stands in the plan, and every folder below Sources is a room")
    func everyRoomIsPlanned() {
        let folders = Set(Repository.files(below: "Sources").map(\.room)).subtracting(Self.thirdParty.keys)
        for folder in folders.sorted() {
            #expect(Self.plan[folder] != nil, "Sources/\(folder) is no room of the house plan")
            #expect(Self.manifest.contains("\"\(folder)\""), "Sources/\(folder) is no target of Package.swift")
        }
    }

    @Test("Package.swift gives a room no more than the plan")
    func manifestKeepsThePlan() {
        var rooms = 0
        for line in Self.manifest.split(separator: "\n") {
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            guard parts.count > 2, parts[0].hasSuffix("room(") else { continue }
            rooms += 1
            let room = String(parts[1])
            let allowed = (Self.plan[room] ?? []).union(Self.thirdParty.filter { $0.value.contains(room) }.keys)
            // Names stand between quotes: every second part from the fourth on. A package's name is not a module.
            let text = line.drop { $0 != "[" }
            for dependency in Self.quoted(text) where !text.contains("package: \"\(dependency)\"") {
                #expect(allowed.contains(dependency), "Package.swift lets \(room) depend on \(dependency)")
            }
        }
        #expect(rooms >= 10, "the rooms of Package.swift are declared one a line")
    }

    @Test("a room imports only what the plan allows")
    func importsKeepThePlan() {
        for file in Repository.files(below: "Sources") {
            for (module, line) in file.imports where Self.plan[module] != nil {
                #expect(
                    Self.plan[file.room]?.contains(module) == true,
                    "\(file.path):\(line): \(file.room) may not import \(module)")
            }
        }
    }

    @Test("a plugin imports what a strategy's author sees, and the system")
    func pluginsSeeTheAuthorsRoomsOnly() {
        for file in Repository.files(below: "Plugins") {
            for (module, line) in file.imports {
                let isAllowed = ["CStrategyABI", "StrategyKit"].contains(module) || Self.system.contains(module)
                #expect(isAllowed, "\(file.path):\(line): a plugin may not import \(module)")
            }
        }
    }

    @Test("a third-party module is imported in its own room only")
    func thirdPartyStaysInItsRoom() {
        for file in Repository.files(below: "Sources") {
            for (module, line) in file.imports where Self.plan[module] == nil && !Self.system.contains(module) {
                #expect(
                    Self.thirdParty[module]?.contains(file.room) == true,
                    "\(file.path):\(line): \(module) belongs to \(Self.thirdParty[module].map { $0.sorted().joined(separator: ", ") } ?? "no room of the plan")"
                )
            }
        }
    }

    @Test("the core has no Foundation, clock, thread, randomness, concurrency or I/O", arguments: core)
    func coreIsDeterministic(_ room: String) {
        let forbidden: Set<String> = [
            "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Date", "Clock",
            "ContinuousClock", "SuspendingClock", "clock_gettime", "gettimeofday", "Thread", "DispatchQueue",
            "pthread_create", "Task", "TaskGroup", "actor", "async", "await", "Mutex", "Atomic", "random", "rand",
            "randomElement", "shuffle", "shuffled", "SystemRandomNumberGenerator", "FileManager", "fopen", "print",
            "readLine", "getenv", "ProcessInfo",
        ]
        let files = Repository.files(below: "Sources/\(room)")
        #expect(!files.isEmpty)
        for file in files where file.ending == "swift" {
            for (word, line) in SwiftCode(file.text).words where forbidden.contains(word) {
                Issue.record("\(file.path):\(line): '\(word)' has no place in the core")
            }
            // Roots, logarithms and powers are for statistics; the libc has more than those.
            let isStatistic =
                file.path.hasPrefix("Sources/Portfolio/Performance/")
                || file.path == "Sources/Features/Kernels/Functions.swift"
            for (module, line) in file.imports where module == "Glibc" && !isStatistic {
                Issue.record("\(file.path):\(line): only statistics may import the C library")
            }
        }
    }

    /// The texts between double quotes.
    private static func quoted(_ text: Substring) -> [String] {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
    }
}
