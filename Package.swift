// swift-tools-version: 6.2
import PackageDescription

/// The house in one list, lowest floor first. A target sees only what it names here, so an arrow
/// that points up does not compile; docs/architecture.md says why each floor is where it is.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")

func floor(_ name: String, sees dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, seeing dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: strict)
}

/// What every feature slice stands on.
let slice: [Target.Dependency] = ["Civil", "Database", "Organization", "Web", hummingbird, logging, lifecycle]
let sliceTests: [Target.Dependency] = ["Civil", "Database", "Organization", "Web", "TestKit"]

let libraries: [Target] = [
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
]

let floors: [Target] = [
    floor("Civil"),
    floor("WorkingTime", sees: ["Civil"]),
    floor("Markdown", sees: ["CMark"]),
    floor("Transfer", sees: ["CCurl", "Civil", logging]),
    floor("Database", sees: ["CPostgres", "Civil", crypto, logging]),
    floor("Organization", sees: ["Civil", "Database", crypto, cryptoExtras, logging]),
    floor("Web", sees: ["Civil", "Database", "Organization", crypto, hummingbird, mustache, logging, metrics]),
    floor("Delivery", sees: slice + ["Transfer", crypto]),
    floor("Documents", sees: ["Civil", "Web"]),
    floor("Monitor", sees: slice + ["Transfer", "WorkingTime", yams]),
    floor("Incidents", sees: slice + ["Delivery", "Monitor", crypto]),
    floor("Notices", sees: slice + ["Delivery", "Documents", "Markdown", "WorkingTime", crypto]),
    floor("Hotline", sees: slice),
    floor("Compliance", sees: slice + ["WorkingTime"]),
    floor("Reports", sees: slice + ["Documents", "Hotline", "Incidents", "Markdown", "Monitor", "WorkingTime"]),
    floor("Status", sees: slice + ["Monitor", "Notices", crypto]),
    floor(
        "Demo",
        sees: [
            "Civil", "Compliance", "Database", "Hotline", "Incidents", "Monitor", "Notices", "Organization", "WorkingTime",
        ]),
    .executableTarget(
        name: "Console",
        dependencies: slice + [
            "Compliance", "Delivery", "Demo", "Documents", "Hotline", "Incidents", "Markdown", "Monitor", "Notices", "Reports",
            "Status", "Transfer", "WorkingTime", crypto, metrics, arguments, configuration,
        ],
        swiftSettings: strict),
]

let testKit: [Target] = [
    .target(
        name: "TestKit",
        dependencies: ["Civil", "Database", "Organization", "Web", hummingbird, hummingbirdTesting, logging],
        path: "Tests/TestKit",
        swiftSettings: strict)
]

let testTargets: [Target] = [
    tests(of: "Civil"),
    tests(of: "WorkingTime", seeing: ["Civil"]),
    tests(of: "Markdown"),
    tests(of: "Transfer", seeing: ["Civil", "TestKit"]),
    tests(of: "Database", seeing: ["Civil", "TestKit", logging]),
    tests(of: "Organization", seeing: ["Civil", "Database", "TestKit"]),
    tests(of: "Web", seeing: ["Civil", "Database", "Organization", "TestKit", hummingbird, hummingbirdTesting]),
    tests(of: "Delivery", seeing: sliceTests + ["Transfer", hummingbird, logging, lifecycle]),
    tests(of: "Documents", seeing: ["Web"]),
    tests(of: "Monitor", seeing: sliceTests + ["Transfer", "WorkingTime"]),
    tests(of: "Incidents", seeing: sliceTests + ["Delivery", "Monitor"]),
    tests(of: "Notices", seeing: sliceTests + ["Delivery", "Documents", "Markdown", "Monitor", "WorkingTime"]),
    tests(of: "Hotline", seeing: sliceTests),
    tests(of: "Compliance", seeing: sliceTests + ["WorkingTime"]),
    tests(of: "Reports", seeing: sliceTests + ["Documents", "Incidents", "Markdown", "Monitor", "WorkingTime"]),
    tests(of: "Status", seeing: sliceTests + ["Monitor", "Notices", "WorkingTime"]),
    tests(of: "Demo", seeing: sliceTests + ["Incidents", "Monitor", logging]),
    tests(
        of: "Console",
        seeing: sliceTests + [
            "Compliance", "Delivery", "Hotline", "Incidents", "Monitor", "Notices", "Reports", "Status", "Transfer",
        ]),
]

/// `TRUCBAN_TESTS=Monitor,Web swift build --build-tests` builds only those test targets: a quick loop for one slice.
let chosen: [String]? = Context.environment["TRUCBAN_TESTS"]?.split(separator: ",").map { $0 + "Tests" }
let chosenTests: [Target] = testTargets.filter { chosen?.contains($0.name) ?? true }

let packages: [Package.Dependency] = [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
]

let package = Package(
    name: "trucban",
    products: [.executable(name: "trucban", targets: ["Console"])],
    dependencies: packages,
    targets: libraries + floors + testKit + chosenTests,
    swiftLanguageModes: [.v6]
)
