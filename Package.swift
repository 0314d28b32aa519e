// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every Swift target of ours: what the compiler can check, it checks.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "qemu-launcher",
    products: [
        .executable(name: "qemu-launcher", targets: ["qemu-launcher"]),
        .executable(name: "launcherctl", targets: ["launcherctl"]),
        // For tests: QEMU loads it.
        .library(name: "captured-qemu", type: .dynamic, targets: ["CapturedQEMU"]),
    ],
    // Exact, so that a release builds from what was tested; see docs/releasing.md.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        // Unpacks what firmware images hold. Optimised in debug builds too, where it would take
        // seconds for each image.
        .target(
            name: "LZMA",
            swiftSettings: strict + [.unsafeFlags(["-O"], .when(configuration: .debug))],
        ),

        // Decides: values in, values out. Imports no Glibc, no C target and no Foundation.
        .target(name: "Planning", dependencies: ["LZMA", crypto, system], swiftSettings: strict),

        // Does: every effect on the machine, one file a stage.
        .target(
            name: "Host",
            dependencies: ["CLinux", "Planning", crypto, system],
            swiftSettings: strict,
        ),

        // System calls and constants that Swift's Glibc module does not show.
        .target(name: "CLinux"),

        // The reference that `launcherctl policy --verify` and tests hold our filters against. The
        // launcher itself neither links nor loads it; see docs/confinement.md.
        .systemLibrary(
            name: "CSeccomp",
            pkgConfig: "libseccomp",
            providers: [.apt(["libseccomp-dev"])],
        ),

        // Holds the launcher's filters against libseccomp's.
        .target(
            name: "FilterVerification",
            dependencies: ["CLinux", "CSeccomp", "Host", "Planning", system],
            swiftSettings: strict,
        ),

        .executableTarget(
            name: "qemu-launcher",
            dependencies: ["Host", "Planning", system],
            swiftSettings: strict,
        ),
        .executableTarget(
            name: "launcherctl",
            dependencies: [
                "FilterVerification", "Host", "Planning", arguments, crypto, system,
            ],
            swiftSettings: strict,
        ),

        // MARK: Tests

        // What several of them share: images and hosts made in code, ways to start programs. Imports
        // neither Host, of which Planning's tests must know nothing, nor anything as @testable.
        .target(
            name: "TestSupport",
            dependencies: ["CTestSupport", "Planning", crypto, system],
            path: "Tests/TestSupport",
            exclude: ["Images", "Pairs"],
            swiftSettings: strict,
        ),

        // Values in, values out.
        .testTarget(
            name: "PlanningTests",
            dependencies: [
                "FilterVerification", "LZMA", "Planning", "TestSupport", crypto, system,
            ],
            // Read by the tests where they stand, from the source tree.
            exclude: [
                "Measurement/independent-digests.tsv", "Policy/calls.tsv", "QEMU/Golden",
                "QEMU/options.tsv",
            ],
            swiftSettings: strict,
        ),

        // Effects, in processes of their own where they change the process.
        .testTarget(
            name: "HostTests",
            dependencies: [
                "CLinux", "CSeccomp", "CTestSupport", "FilterVerification", "Host", "Planning",
                "TestSupport", crypto, system,
            ],
            swiftSettings: strict,
        ),

        .testTarget(
            name: "LauncherctlTests",
            dependencies: [
                "Host", "Planning", "TestSupport", "launcherctl", arguments, crypto, system,
            ],
            exclude: ["Golden"],
            swiftSettings: strict,
        ),

        // The built programs from outside, with a stand-in for QEMU and with QEMU itself. They are no
        // dependencies, which would link them in: 'swift build --build-tests' puts them beside it.
        .testTarget(
            name: "SystemTests",
            // Of launcherctl only the words of its explanations, for what a failing test says.
            dependencies: ["Host", "Planning", "TestSupport", "launcherctl", crypto, system],
            exclude: ["Plan/Golden"],
            swiftSettings: strict,
        ),

        // C that Swift cannot be: a fork with threads about, and system calls through any ABI.
        .target(name: "CTestSupport", path: "Tests/Tools/CTestSupport"),

        // What a captured QEMU could do, tried from inside a real one.
        // A QEMU whose files are restricted cannot open Swift's libraries, which SwiftPM links in.
        .target(
            name: "CapturedQEMU",
            path: "Tests/Tools/captured-qemu",
            linkerSettings: [.unsafeFlags(["-static-stdlib"])],
        ),

        // Stands where QEMU would be started: writes down what it was given, judges it, or attacks.
        .executableTarget(name: "qemu-stand-in", path: "Tests/Tools/qemu-stand-in"),

        // Has a program's system calls fail, end it, or be those of an older kernel.
        .executableTarget(name: "fault-injector", path: "Tests/Tools/fault-injector"),

        // What else goes wrong around a launch: crowds, attackers.
        .executableTarget(name: "launch-storm", path: "Tests/Tools/launch-storm"),
        .executableTarget(name: "image-attacker", path: "Tests/Tools/image-attacker"),
    ],
    cLanguageStandard: .c17,
)
