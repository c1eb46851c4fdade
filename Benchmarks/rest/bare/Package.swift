// swift-tools-version: 6.2
import PackageDescription

// What Hummingbird gives at best: routes whose bodies were encoded before. A package of its own, so that nothing else waits
// for it.
let package = Package(
    name: "bare",
    dependencies: [.package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0")],
    targets: [
        .executableTarget(name: "bare", dependencies: [.product(name: "Hummingbird", package: "hummingbird")])
    ]
)
