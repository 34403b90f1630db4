// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

// A package of its own, so that whoever builds stockd never builds its benchmarks.
let package = Package(
    name: "stockd-benchmarks",
    dependencies: [
        .package(name: "stockd", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "AllocationCounter"),
        .target(
            name: "BenchmarkInput", dependencies: [.product(name: "StockdCore", package: "stockd")],
            swiftSettings: strict),
        .executableTarget(
            name: "stockd-instructions",
            dependencies: ["BenchmarkInput", .product(name: "StockdCore", package: "stockd")],
            path: "Sources/StockdInstructions", swiftSettings: strict),
        .executableTarget(
            name: "stockd-bench",
            dependencies: [
                "AllocationCounter", "BenchmarkInput",
                .product(name: "StockdCore", package: "stockd"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/StockdBench", swiftSettings: strict,
            linkerSettings: [.linkedLibrary("mimalloc", .when(platforms: [.linux]))]),
    ]
)
