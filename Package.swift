// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Of the modules whose tests calculate for minutes: optimised in debug builds, too, with their assertions.
let calculating: [SwiftSetting] =
    strict + [
        .unsafeFlags(["-O", "-Xfrontend", "-assert-config", "-Xfrontend", "Debug"], .when(configuration: .debug))
    ]

let package = Package(
    name: "stockd",
    products: [
        .executable(name: "stockd", targets: ["stockd"]),
        .library(
            name: "StockdCore", targets: ["Inventory", "Wire", "Kafka", "Pipeline", "Postgres", "TemporaryServers"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        // swift-configuration's own YAML parser, read directly for line numbers and unknown keys.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        // hummingbird's own ground, for the connection guard, the reading thread and WebClient.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        // Queues of the notifier.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // hummingbird's template engine, for what people are told.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CAllocator"),
        // In the program itself, so that the one binary has them wherever it is copied.
        .target(
            name: "CPage", exclude: ["page.html", "page.css", "page.js", "icon.svg", "openapi.json"]),
        .target(name: "Inventory", swiftSettings: calculating),
        .target(name: "Wire", dependencies: ["Inventory"], swiftSettings: calculating),
        .target(
            name: "Kafka",
            dependencies: ["CRDKafka", "CAllocator", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "Inventory", "Wire", "Kafka", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: calculating),
        .target(
            name: "Web",
            dependencies: [
                "CPage", "Inventory", "Wire", "Pipeline",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Postgres",
            dependencies: [
                "CPQ", "Inventory", "Wire", "Pipeline", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Notify",
            dependencies: [
                "CCurl", "CCrypto", "Inventory", "Wire", "Kafka", "Pipeline",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        // For the demo and the benchmarks.
        .target(name: "TemporaryServers", swiftSettings: strict),
        .target(
            name: "Service",
            dependencies: [
                "Inventory", "Wire", "Kafka", "Pipeline", "Web", "Postgres", "Notify",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "WebClient",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "stockd",
            dependencies: [
                "Inventory", "Wire", "Kafka", "Pipeline", "Web", "Postgres", "TemporaryServers", "Notify",
                "Service", "WebClient",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            // Takes the place of malloc: records are allocated by one thread and freed by another.
            linkerSettings: [.linkedLibrary("mimalloc", .when(platforms: [.linux]))]),
        .target(
            name: "TestSupport", dependencies: [.product(name: "Logging", package: "swift-log")],
            path: "Tests/TestSupport", exclude: ["Tutorial"], swiftSettings: calculating),
        .target(
            name: "ClusterSupport",
            dependencies: ["Kafka", "CRDKafka", "TestSupport", .product(name: "Logging", package: "swift-log")],
            path: "Tests/ClusterSupport", swiftSettings: strict),
        .target(
            name: "OracleSupport",
            dependencies: ["TestSupport", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/OracleSupport", swiftSettings: strict),
        .target(
            name: "PostgresSupport", dependencies: ["Postgres", "TestSupport"],
            path: "Tests/PostgresSupport", swiftSettings: strict),
        // Servers that receivers of notifications are tried on.
        .target(
            name: "ReceiverSupport", dependencies: ["TestSupport"], path: "Tests/ReceiverSupport",
            exclude: ["Servers"],
            swiftSettings: strict),
        .testTarget(
            name: "InventoryTests", dependencies: ["Inventory", "TestSupport"], swiftSettings: calculating),
        .testTarget(
            name: "WireTests", dependencies: ["Wire", "Inventory", "TestSupport"], swiftSettings: calculating),
        .testTarget(
            name: "KafkaTests", dependencies: ["Kafka", "TestSupport", "ClusterSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PipelineTests", dependencies: ["Pipeline", "Inventory", "Wire", "TestSupport"],
            swiftSettings: calculating),
        .testTarget(
            name: "OracleTests",
            dependencies: [
                "Pipeline", "Inventory", "Wire", "TestSupport", "OracleSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Pipeline", "Wire", "Inventory", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Browser", "schemathesis.toml"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests",
            dependencies: [
                "Postgres", "CPQ", "Pipeline", "Wire", "Inventory", "TestSupport", "PostgresSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "NotifyTests",
            dependencies: [
                "Notify", "Inventory", "Pipeline", "TestSupport", "ReceiverSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Service", "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StockdTests",
            dependencies: [
                "Service", "Kafka", "Pipeline", "Wire", "Inventory", "TestSupport", "ClusterSupport",
                "OracleSupport", "Postgres", "PostgresSupport", "ReceiverSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["SQL/Clients"],
            swiftSettings: strict),
    ],
    // For #embed.
    cLanguageStandard: .c2x
)
