// swift-tools-version: 6.2
import PackageDescription

// What the benchmarks need beside the host: the smallest strategy as a plugin in Swift and in C. A package of its own,
// so that building the host does not build it.
let package = Package(
    name: "benchmarks",
    products: [
        .library(name: "CountSwift", type: .dynamic, targets: ["CountSwift"]),
        .library(name: "CountC", type: .dynamic, targets: ["CountC"]),
    ],
    dependencies: [.package(name: "stratagem", path: "..")],
    targets: [
        .target(name: "CountSwift", dependencies: [.product(name: "StrategyKit", package: "stratagem")]),
        .target(name: "CountC", dependencies: [.product(name: "CBenchmark", package: "stratagem")]),
    ],
    cLanguageStandard: .c11
)
