import Host
import Planning
import SystemPackage

import struct Crypto.SHA256

/// A host with one storage, one image in it and a configuration that pins it.
struct LaunchScene {
    private let storage: FirmwareStorage

    static let volume: ByteString = "demo:efi-firmware/a.fd"

    /// - Parameters:
    ///   - launcher: lines of the `launcher:` section.
    ///   - firmware: further lines of the `firmware:` section.
    init(
        _ image: [UInt8],
        launcher: [String] = [],
        firmware: [String] = [],
    ) throws {
        storage = try FirmwareStorage(content: image)
        let digest = hexadecimal(SHA256.hash(image.span))
        let lines =
            ["launcher: defaults"] + (launcher + ["log none"]).map { "\t" + $0 } + [
                "", "dir: demo", "\tpath \(storage.root)", "", "firmware: \(Self.volume)",
                "\tsha256 \(digest)",
            ] + firmware.map { "\t" + $0 } + [""]
        try write(Array(lines.joined(separator: "\n").utf8), to: configuration)
    }

    /// Beside the storage.
    var configuration: FilePath { storage.outside }
    /// A file that a test may write.
    var variables: FilePath { storage.root.appending("vars.fd") }

    func invocation(_ words: [ByteString]) -> Invocation {
        Invocation(
            arguments: [
                "qemu-system-x86_64", "-launcher-config", ByteString(configuration.string),
                "-efi-firmware", Self.volume, "-no-user-config", "-m", "512",
            ] + words,
            environment: [],
            isRoot: false,
            nodeName: "node1",
            workingDirectoryIsWritableByOthers: false,
        )
    }

    /// What the launcher would warn of.
    func warnings(_ words: [ByteString]) throws -> [String] {
        try PreparedLaunch.prepare(invocation(words)).warnings.map(\.message)
    }

    /// Why the launcher would start nothing; `nil` where it would.
    func refusal(_ words: [ByteString]) -> LaunchFailure? {
        do throws(LaunchFailure) {
            _ = try PreparedLaunch.prepare(invocation(words))
            return nil
        } catch {
            return error
        }
    }
}

/// Words of command lines for each kind of guest.
enum GuestWords {
    static let normal: [ByteString] = ["-machine", "q35,smm=on"]
    static let sevES: [ByteString] = confidential("sev-guest,policy=5")
    static let sevSNP: [ByteString] = confidential("sev-snp-guest")
    static let tdx: [ByteString] = confidential("tdx-guest")

    private static func confidential(_ object: String) -> [ByteString] {
        [
            "-machine", "q35,confidential-guest-support=cgs", "-object",
            ByteString("\(object),id=cgs"), "-cpu", "EPYC-Milan", "-smp", "2",
        ]
    }
}
