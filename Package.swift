// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
let strictC: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

/// A room of the house: a module below Sources that may import just what it names.
func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// A bundled plugin: a dynamic library that lands beside the executable.
func plugin(_ name: String) -> Target {
    .target(name: name, dependencies: ["CStrategyABI", "StrategyKit"], path: "Plugins/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let core: [Target.Dependency] = ["CStrategyABI", "Trading", "Controls", "Portfolio", "Execution", "Features", "Engine"]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let server: [Target.Dependency] = [
    .product(
        name: "Hummingbird", package: "hummingbird", moduleAliases: ["Configuration": "SwiftConfiguration"]),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "Metrics", package: "swift-metrics"),
    crypto,
    .product(name: "CryptoExtras", package: "swift-crypto"),
    .product(name: "JWTKit", package: "jwt-kit"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

let pageFiles: [Resource] = [.embedInCode("Page/Files")]

let package = Package(
    name: "stratagem",
    products: [
        .executable(name: "stratagem", targets: ["stratagem"]),
        .library(name: "StrategyKit", targets: ["StrategyKit", "StrategyTesting", "CStrategyABI"]),
        .library(name: "AllocationCount", type: .dynamic, targets: ["AllocationCount"]),
        .library(name: "CBenchmark", targets: ["CBenchmark", "CStrategyABI"]),
        .library(name: "SMACross", type: .dynamic, targets: ["SMACross"]),
        .library(name: "MeanReversion", type: .dynamic, targets: ["MeanReversion"]),
        .library(name: "PumpDetector", type: .dynamic, targets: ["PumpDetector"]),
        .library(name: "Breakout", type: .dynamic, targets: ["Breakout"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // Author: all that a strategy writer sees.
        .target(name: "CStrategyABI", cSettings: strictC),
        room("StrategyKit", ["CStrategyABI"]),
        room("StrategyTesting", ["CStrategyABI", "StrategyKit"]),
        plugin("SMACross"),
        plugin("MeanReversion"),
        plugin("PumpDetector"),
        .target(
            name: "Breakout", dependencies: ["CStrategyABI"], path: "Plugins/Breakout", publicHeadersPath: ".",
            cSettings: strictC),

        // Core: deterministic; no I/O, clock, thread, randomness or Foundation.
        room("Trading", ["CStrategyABI"]),
        room("Controls", ["Trading"]),
        room("Portfolio", ["Trading"]),
        room("Execution", ["CStrategyABI", "Trading", "Controls"]),
        room("Features", ["CStrategyABI", "Trading"]),
        room("Engine", ["CStrategyABI", "Trading", "Controls", "Portfolio", "Execution", "Features"]),

        // Edges: files, libraries, configuration.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        room("MarketData", ["CStrategyABI", "Trading", "CZlib"]),
        .systemLibrary(name: "CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
        .target(name: "CWorker", dependencies: ["CStrategyABI"], cSettings: strictC),
        room("PluginHost", ["CStrategyABI", "CWorker", "Trading", "Features", "CFFI", "CProcess", crypto]),
        room("Configuration", ["Trading", .product(name: "Yams", package: "Yams")]),
        room(
            "Journal",
            [
                "Trading", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), crypto,
            ]),

        // Models that turn features into signals; their files are JSON.
        room("Signals", ["CStrategyABI", "Trading", "Features"]),

        // The world outside: REST over Hummingbird, and the operator's page, whose files become part of the executable.
        room("API", ["Trading", "Portfolio", "Journal"] + server, resources: pageFiles),

        // For `stratagem bench`: a library that counts allocations when it is preloaded, and strategies in plain C.
        .target(name: "AllocationCount", cSettings: strictC),
        .target(name: "CBenchmark", dependencies: ["CStrategyABI"], cSettings: strictC),
        // Calls of the system that Swift cannot make: supervision, compilers.
        .target(name: "CProcess", cSettings: strictC),

        // The app sees every room.
        .executableTarget(
            name: "stratagem",
            dependencies: [
                "Trading", "Controls", "Portfolio", "Execution", "Engine", "MarketData", "PluginHost", "Configuration",
                "CStrategyABI", "CBenchmark", "CProcess", "Features", "Signals", "Journal", "API",
                crypto, .product(name: "Logging", package: "swift-log"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .target(name: "ABILayout", dependencies: ["CStrategyABI"], path: "Tests/ABILayout", cSettings: strictC),
        tests("ABITests", ["ABILayout", "CStrategyABI", "StrategyTesting", "Trading"]),
        tests("TradingTests", ["CStrategyABI", "Trading"]),
        tests("ControlsTests", ["Trading", "Controls"]),
        tests("PortfolioTests", ["Trading", "Portfolio"], exclude: ["Fixtures"]),
        tests("ExecutionTests", ["CStrategyABI", "Trading", "Controls", "Execution"]),
        .target(
            name: "ScriptedStrategies",
            dependencies: ["CStrategyABI", "Trading", "Controls", "Portfolio", "Features", "Engine"],
            path: "Tests/ScriptedStrategies", swiftSettings: strict),
        tests("EngineTests", core + ["ScriptedStrategies"]),
        tests("SimulationTests", core + ["ScriptedStrategies"]),
        tests("MarketDataTests", ["CStrategyABI", "Trading", "MarketData", "CZlib"], exclude: ["reference.py"]),
        // Probes are child processes of the executable.
        tests("PluginHostTests", ["CStrategyABI", "Trading", "Features", "PluginHost", "stratagem", crypto]),
        tests("FeaturesTests", ["CStrategyABI", "Trading", "Features", "MarketData"]),
        tests("SignalsTests", ["Trading", "Features", "Signals"]),
        tests("ConfigurationTests", ["Trading", "Configuration"]),
        tests("StrategyKitTests", ["CStrategyABI", "StrategyKit", "StrategyTesting"]),
        tests(
            "JournalTests", ["Trading", "Journal", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Fixtures"]),
        tests(
            "HostTests",
            core + ["stratagem", "MarketData", "PluginHost", "Configuration", "Journal", "API", "CProcess", crypto]),
        tests("APITests", ["Trading", "Portfolio", "Journal", "API"] + server),
        tests(
            "CommandLineTests",
            ["stratagem", "CStrategyABI", "Trading", "Features", "MarketData", "PluginHost", "Journal"]),
        tests("TidyTests", []),
    ],
    cLanguageStandard: .c11
)
