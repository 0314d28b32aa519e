import Foundation
import SystemPackage
import TestSupport
import Testing

import struct Crypto.SHA256

@testable import Host
@testable import Planning

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

/// Images that cannot start the guest they are for. Nothing is started in these tests: what is
/// refused is refused before there is a QEMU.
struct LaunchJudgementTests {
    /// As large as OVMF's 4 MiB builds are.
    private static let code = SyntheticImage(mainByteCount: 0x34_8000, securityByteCount: 0x3_4000)
    private static var combined: SyntheticImage {
        var image = code
        image.storeByteCount = 0x8_4000
        return image
    }

    private func expect(
        _ image: [UInt8],
        _ words: [ByteString],
        isRefusedWith text: String,
        launcher: [String] = [],
    ) throws {
        let refusal = try #require(try LaunchScene(image, launcher: launcher).refusal(words))
        #expect(refusal.message == "firmware image 'demo:efi-firmware/a.fd': \(text)")
        #expect(refusal.exitStatus == .imageRefused)
        #expect(refusal.hint != nil)
    }

    @Test func `a split code image does not start an SEV-SNP guest`() throws {
        try expect(
            Self.code.build(),
            GuestWords.sevSNP,
            isRefusedWith: "FW-E07: a split code image, without its variable store, does not fit"
                + " -bios (expected a multiple of 65536 bytes, found 3653632)",
        )
    }

    @Test func `a variable store is no code`() throws {
        try expect(
            SyntheticImage.store(),
            GuestWords.normal,
            isRefusedWith: "FW-E04: a variable store where firmware code is expected",
        )
    }

    @Test func `firmware for AArch64 does not start an x86 guest`() throws {
        let volume = SyntheticImage(mainByteCount: 0x1F_F000).volume(0x1F_F000)
        let image = littleEndian(UInt32(0x1400_0400)) + filler(0xFFC, of: 0) + volume
        try expect(
            image,
            GuestWords.normal,
            isRefusedWith: "FW-E09: firmware for another architecture (expected x86, found AArch64)",
        )
    }

    @Test func `a qcow2 image is not raw firmware`() throws {
        let image: [UInt8] = [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + filler(0x1_0000, of: 0)
        try expect(
            image,
            GuestWords.normal,
            isRefusedWith: "FW-E02: a qcow2 disk image, not a raw firmware image",
        )
    }

    private static let otherStore =
        "FW-E15: the VM's variable store is of another build"
        + " (expected 540672 bytes, found 131072)"

    @Test func `code of 4 MiB does not start with a variable store of 2 MiB firmware`() throws {
        let store: [ByteString] = ["-drive", "if=pflash,unit=1,format=raw,size=131072,file=/vars"]
        try expect(
            Self.code.build(),
            GuestWords.normal + store,
            isRefusedWith: Self.otherStore,
        )
    }

    @Test func `the variable store's file tells its size where the command line does not`() throws {
        let scene = try LaunchScene(Self.code.build())
        try write(SyntheticImage.store(131_072), to: scene.variables)
        let drive = ByteString("if=pflash,unit=1,format=raw,file=\(scene.variables)")
        let refusal = try #require(scene.refusal(GuestWords.normal + ["-drive", drive]))
        #expect(refusal.message.hasSuffix(Self.otherStore))
    }

    private static let converter = "/usr/bin/qemu-img"

    /// Proxmox names no size for a store in this format, whose file is larger than the store.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: converter), "\(converter) is missing"),
        arguments: [(131_072, otherStore), (540_672, nil)] as [(Int, String?)]
    )
    func `the store in a qcow2 file has the size of the disk`(size: Int, text: String?) throws {
        let scene = try LaunchScene(Self.code.build())
        let qemuImage = try Process.run(
            URL(filePath: Self.converter),
            arguments: ["create", "-q", "-f", "qcow2", scene.variables.string, "\(size)"]
        )
        qemuImage.waitUntilExit()
        try #require(qemuImage.terminationStatus == 0)
        let drive = ByteString("if=pflash,unit=1,format=qcow2,file=\(scene.variables)")
        let refusal = scene.refusal(GuestWords.normal + ["-drive", drive])
        #expect(refusal?.message.suffix(text?.count ?? 0) == text.map { $0[...] })
    }

    @Test(arguments: ["vmdk", "qcow2"])
    func `a store whose size cannot be known is not judged`(format: String) throws {
        let scene = try LaunchScene(Self.code.build())
        try write(Array("QFI".utf8), to: scene.variables)
        let drive = ByteString("if=pflash,unit=1,format=\(format),file=\(scene.variables)")
        #expect(scene.refusal(GuestWords.normal + ["-drive", drive]) == nil)
    }

    @Test func `an image without TDX metadata does not start a TDX guest`() throws {
        var image = Self.combined
        image.tdxSections = nil
        try expect(
            image.build(),
            GuestWords.tdx,
            isRefusedWith: "FW-E12: not built for TDX, no TDX metadata",
        )
    }

    @Test func `an image cut short does not start`() throws {
        let image = Self.code.build()
        try expect(
            Array(image.dropLast(4096)),
            GuestWords.normal,
            isRefusedWith: "FW-E05: truncated (expected 3653632 bytes, found 3649536)",
        )
    }

    @Test func `a build that requires SMM does not start an SEV-ES guest`() throws {
        try expectNoSMM(MadeImage.codeSecureBoot.bytes())
    }

    @Test(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"))
    func `a real build that requires SMM does not start an SEV-ES guest`() throws {
        try expectNoSMM(FirmwareCorpus.image("trixie-code-4m-secboot.fd"))
    }

    private func expectNoSMM(_ image: [UInt8]) throws {
        try expect(
            image,
            GuestWords.sevES,
            isRefusedWith: "FW-E13: built to require SMM, which SEV-ES guests do not have",
            launcher: ["sev-attachment pflash"],
        )
    }

    @Test func `what fits starts without a word`() throws {
        let store: [ByteString] = ["-drive", "if=pflash,unit=1,format=raw,size=540672,file=/vars"]
        let warnings = try LaunchScene(Self.code.build()).warnings(GuestWords.normal + store)
        #expect(warnings.isEmpty)
    }

    @Test func `a doubtful image starts with a warning, and with none once it is accepted`() throws
    {
        let image = Self.combined.build()
        #expect(
            try LaunchScene(image).warnings(GuestWords.normal) == [
                "firmware image 'demo:efi-firmware/a.fd': FW-W01: a combined image in flash: its"
                    + " own read-only variable store is used, so the VM's settings are lost at"
                    + " power-off"
            ]
        )
        let accepting = try LaunchScene(image, firmware: ["accept FW-W01"])
        #expect(try accepting.warnings(GuestWords.normal).isEmpty)
    }
}

/// A configuration that was not named, and is not there.
struct DefaultConfigurationTests {
    private let directory: TemporaryDirectory
    private var folder: FilePath { directory.path.appending("qemu-launcher") }
    private var file: FilePath { folder.appending("launcher.conf") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Why no VM would be started; `nil` where the file, or that there is none, can be read.
    private func refusal() -> LaunchFailure? {
        do throws(LaunchFailure) {
            _ = try LaunchFiles.configuration(whereNoneIsNamed: file)
            return nil
        } catch {
            return error
        }
    }

    @Test func `without a directory nothing is configured`() {
        #expect(refusal() == nil)
    }

    @Test func `an empty file configures nothing`() throws {
        try makeDirectory(folder)
        try write([], to: file)
        #expect(refusal() == nil)
    }

    /// An editor that renames has none for a moment.
    @Test func `a directory without the file is an error with advice`() throws {
        try makeDirectory(folder)
        let failure = try #require(refusal())
        #expect(failure == LaunchFailure(HostFileError.configurationMissing(path: file)))
        #expect(failure.exitStatus == .configuration)
        #expect(failure.hint?.hasPrefix("put it back") == true)
    }

    @Test func `a link that leads nowhere is an error, of the file or its directory`() throws {
        try makeLink(folder, to: "unmounted")
        #expect(refusal() == LaunchFailure(HostFileError.configurationMissing(path: file)))
        try removeFile(folder)
        try makeDirectory(folder)
        try makeLink(file, to: "/nowhere/qemu-launcher.conf")
        #expect(refusal() == LaunchFailure(HostFileError.danglingSymbolicLink(path: file)))
    }
}
