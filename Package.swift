// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "tokenshift",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "tokenshift", targets: ["tokenshift"]),
    .library(name: "Tokenization", targets: ["Tokenization"]),
    .library(name: "Traces", targets: ["Traces"]),
    .library(name: "Measures", targets: ["Measures"]),
    .library(name: "Statistics", targets: ["Statistics"]),
    .library(name: "ShiftStore", targets: ["ShiftStore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: Reading
    .target(name: "CTokenScan"),
    .target(
      name: "Tokenization", dependencies: ["CTokenScan", .product(name: "Crypto", package: "swift-crypto")]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstandard", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CJSONScan"),
    .target(name: "Traces", dependencies: ["CJSONScan", "CZlib", "CZstandard", "Tokenization"]),

    // MARK: Measuring
    .target(name: "CDivergence"),
    .target(name: "CTruncation"),
    .target(name: "Measures", dependencies: ["CDivergence", "CTruncation", "Tokenization", "Traces"]),
    .target(name: "Statistics"),

    // MARK: Storing
    .systemLibrary(name: "CSystem"),
    .target(
      name: "ShiftStore",
      dependencies: [
        "CSystem", "Measures", "Statistics", "Tokenization",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),

    // MARK: Showing
    .target(
      name: "Reports", dependencies: ["Measures", "ShiftStore", "Statistics", "Tokenization", "Traces"]),

    // MARK: The whole street
    .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
    .target(
      name: "Analysis",
      dependencies: [
        "CSystem", "CXXHash", "Measures", "ShiftStore", "Statistics", "Tokenization", "Traces", "Yams",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .executableTarget(
      name: "tokenshift",
      dependencies: [
        "Analysis", "Measures", "Reports", "ShiftStore", "Statistics", "Tokenization", "Traces",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "tokenshift-bench",
      dependencies: [
        "Analysis", "CDivergence", "Measures", "ShiftStore", "Statistics", "Tokenization", "Traces",
      ],
      exclude: ["Rivals"]),
    .executableTarget(name: "tokenize-bench", dependencies: ["Tokenization"]),

    // MARK: Tests
    .target(name: "TestSupport", dependencies: ["Measures", "Tokenization"], path: "Tests/TestSupport"),
    .testTarget(
      name: "TokenizationTests", dependencies: ["CTokenScan", "TestSupport", "Tokenization"],
      exclude: ["Fixtures", "Vocabularies"]),
    .testTarget(
      name: "TracesTests", dependencies: ["CJSONScan", "TestSupport", "Tokenization", "Traces"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "MeasuresTests",
      dependencies: ["CDivergence", "CTruncation", "Measures", "TestSupport", "Tokenization", "Traces"],
      exclude: ["Fixtures"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"]),
    .testTarget(
      name: "ShiftStoreTests",
      dependencies: [
        "Measures", "ShiftStore", "Statistics", "TestSupport", "Tokenization",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Measures", "Reports", "ShiftStore", "Statistics", "TestSupport"]),
    .testTarget(
      name: "AnalysisTests",
      dependencies: [
        "Analysis", "Measures", "ShiftStore", "TestSupport", "Tokenization", "Traces",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "CommandTests", dependencies: ["TestSupport", "tokenshift"], exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6]
)

let targetsInC = [
  "CDivergence", "CJSONScan", "CSystem", "CTokenScan", "CTruncation", "CXXHash", "CZlib", "CZstandard",
]
for target in package.targets where !targetsInC.contains(target.name) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ]
}

// `make sanitize`: undefined behaviour in the kernel traps.
if Context.environment["TOKENSHIFT_SANITIZE"] != nil {
  for target in package.targets where ["CDivergence", "CTruncation"].contains(target.name) {
    target.cSettings = [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])]
  }
}
