import Foundation
import Planning
import TestSupport
import Testing

/// What plain QEMU makes of a command line, and what it makes of ours: the bytes that really are
/// where the processor starts.
@Suite(
    .enabled(if: Machine.hasQEMU, "\(Machine.qemu) is not installed"),
    .serialized
)
struct LiveQEMUTests {
    private static let verified = UInt8(ascii: "V")
    private static let other = UInt8(ascii: "O")

    /// Paths in a command line: `{verified}`, `{other}`, `{configuration}`.
    private struct Files {
        let folder: RunningQEMU.Folder
        let verified: String
        let other: String

        init() throws {
            folder = try RunningQEMU.Folder()
            verified = try folder.image(LiveQEMUTests.verified)
            other = try folder.image(LiveQEMUTests.other)
        }

        func vector(_ words: String, configuration: String = "") -> ArgumentVector {
            ArgumentVector(
                ["qemu-system-x86_64"]
                    + words.split(separator: " ").map {
                        ByteString(
                            $0.replacing("{verified}", with: verified)
                                .replacing("{other}", with: other)
                                .replacing("{configuration}", with: configuration)
                        )
                    }
            )
        }
    }

    private static let flash =
        "-drive if=pflash,unit=0,id=code,format=raw,readonly=on,file={verified} "
    private static let bios = "-bios {verified} "

    @Test(arguments: [flash, bios])
    func `without a trick the machine runs what was named`(words: String) throws {
        let files = try Files()
        let plain = try RunningQEMU(files.vector(words).arguments, in: files.folder)
        #expect(plain.firmwareByte == Self.verified, "\(plain.output)")
    }

    // MARK: - Tricks that bring in another firmware

    private func expectRefusal(of vector: ArgumentVector, files: SettingsFiles = .proxmox) {
        let refusal = #expect(throws: (any Error).self) {
            try CustomFirmwareLaunch(vector, files: files)
        }
        #expect(refusal is AuditRefusal || refusal is AttachmentError)
    }

    @Test(arguments: [
        flash + "-set drive.code.file={other}",
        bios + "-drive if=none,id=d,format=raw,file={other} -set drive.d.if=pflash",
        bios + "-machine firmware={other}", bios + "-M q35,firmware={other}",
        flash + "-device loader,file={other},addr=0xffff0000,force-raw=on",
        bios + "-device loader,file={other},addr=0xffff0000,force-raw=on",
        flash + "-device loader,addr=0xffff0000,force-raw=on"
            + " -global loader.file={other},driver=e1000,property=x",
        bios + "-drive if=pflash,unit=4294967296,format=raw,file={other}",
    ])
    func `a trick that works on plain QEMU is refused`(words: String) throws {
        let files = try Files()
        let vector =
            words.contains("e1000")
            ? try withLongName(words, files) : files.vector(words)
        let plain = try RunningQEMU(vector.arguments, in: files.folder)
        #expect(plain.firmwareByte == Self.other, "\(plain.output)")
        expectRefusal(of: vector)
    }

    /// QEMU takes all behind the first equals sign for the file's name, so let there be one.
    private func withLongName(_ words: String, _ files: Files) throws -> ArgumentVector {
        let name = "x.fd,driver=e1000,property=x"
        _ = try files.folder.write(name, [UInt8](repeating: Self.other, count: 64 << 10))
        return files.vector(
            words.replacing("{other},driver=e1000,property=x", with: files.folder.path + "/" + name)
        )
    }

    @Test(arguments: [
        "[machine]\n firmware = \"{other}\"\n",
        "[drive \"d\"]\n if = \"pflash\"\n format = \"raw\"\n file = \"{other}\"\n",
        "[drive\t\"d\"]\n if = \"pflash\"\n format = \"raw\"\n file = \"{other}\"\n",
        "[drive \"d\"\n if = \"pflash\"\n format = \"raw\"\n file = \"{other}\"\n",
        "#" + String(repeating: "x", count: 1022) + "[machine]\n firmware = \"{other}\"\n",
        "[machine]\u{301}\n firmware = \"{other}\"\u{301}\n",
        "[machine]\0\n firmware = \"{other}\0x\"\n",
    ])
    func `a configuration file that works on plain QEMU is refused`(text: String) throws {
        let files = try Files()
        let bytes = Array(text.replacing("{other}", with: files.other).utf8)
        let path = try files.folder.write("qemu.conf", bytes)
        let vector = files.vector(
            Self.bios + "-readconfig {configuration}",
            configuration: path
        )
        let plain = try RunningQEMU(vector.arguments, in: files.folder)
        #expect(plain.firmwareByte == Self.other, "\(plain.output)")
        let file = SettingsFile(path: ByteString(path), bytes: bytes)
        let read = SettingsFiles(defaultFile: nil, included: [file.path: file])
        expectRefusal(of: vector, files: read)
    }

    /// `-add-fd` closes descriptor 9, and a disk that opens its file next gets the number.
    @Test func `a descriptor that is taken away names another file, and is refused`() throws {
        let files = try Files()
        let disk = "-drive if=none,id=d,format=raw,readonly=on,file={other} "
        let vector = files.vector(
            "-add-fd fd=9,set=1 " + disk + disk.replacing("id=d", with: "id=e")
                + "-bios /proc/self/fd/9"
        )
        let plain = try RunningQEMU(
            vector.arguments,
            in: files.folder,
            inheriting: files.verified
        )
        #expect(plain.firmwareByte == Self.other, "\(plain.output)")
        expectRefusal(of: vector)
    }

    @Test func `the firmware set before the machine is made runs, and that is refused`() throws {
        let files = try Files()
        let vector = files.vector(Self.bios + "-preconfig")
        let plain = try RunningQEMU(
            vector.arguments,
            in: files.folder,
            preconfiguration: [
                #"{"execute":"qom-set","arguments":{"path":"/machine","property":"firmware","#
                    + #""value":"\#(files.other)"}}"#,
                #"{"execute":"x-exit-preconfig"}"#,
            ]
        )
        #expect(plain.firmwareByte == Self.other, "\(plain.output)")
        expectRefusal(of: vector)
    }

    // MARK: - Shapes that are rewritten

    @Test(arguments: [
        "-bios {other}", "-bios {verified} -bios {other}", "-pflash {other}",
        "-drive if=pflash,format=raw,file={other}",
        "-drive if=none,file={verified},index=0x0,if=pflash,format=raw,file={other}",
        "-drive if=none,id=c,format=raw,file={other} -M pflash0=c",
        "-M q35 -M pflash0=c -blockdev file,filename={other},node-name=c",
        "-M pflash0=c -blockdev raw,file.driver=file,file.filename={other},node-name=c",
        "-blockdev file,filename={other},node-name=s,auto-read-only=on,discard=unmap "
            + "-blockdev raw,file=s,node-name=c,read-only=on -M q35,pflash0=c",
        #"-M pflash0=c -blockdev {"driver":"raw","node-name":"c","file":{"driver":"file","#
            + #""filename":"{other}"}}"#,
        #"-M pflash0=c -object throttle-group,id=g -blockdev {"driver":"throttle","#
            + #""throttle-group":"g","node-name":"c","file":{"driver":"raw","offset":0,"#
            + #""file":{"driver":"file","filename":"{other}"}}}"#,
        "-pflash {other} -drive if=pflash,unit=1,format=raw,file={other}",
    ])
    func `what ran the caller's image runs the verified one`(words: String) throws {
        let files = try Files()
        let vector = files.vector(words)
        let plain = try RunningQEMU(vector.arguments, in: files.folder)
        #expect(plain.firmwareByte == Self.other, "\(plain.output)")
        let launch = try CustomFirmwareLaunch(vector)
        let ours = try RunningQEMU(
            launch.rewrite.arguments,
            in: files.folder,
            inheriting: files.verified
        )
        #expect(ours.firmwareByte == Self.verified, "\(ours.output)")
    }

    @Test func `a launch that named no firmware gets the image and a variable store`() throws {
        let files = try Files()
        let launch = try CustomFirmwareLaunch(
            files.vector("-m 64"),
            variableStore: VariableStoreOption(
                path: ByteString(files.other),
                format: "raw",
                byteCount: 4096
            )
        )
        let ours = try RunningQEMU(
            launch.rewrite.arguments,
            in: files.folder,
            inheriting: files.verified
        )
        #expect(ours.firmwareByte == Self.verified, "\(ours.output)")
    }

    // MARK: - Rules of the parser

    @Test(arguments: [
        ["--bios", "{verified}"], ["-bios={verified}"], ["---bios", "{verified}"], ["--"], ["-"],
        ["-bios"], ["-name", "-bios"], ["-nodefaults", "-S"], ["-bio", "x"],
    ])
    func `QEMU knows an option where the table does`(words: [String]) throws {
        let vector = ArgumentVector(["qemu-system-x86_64"] + words.map { ByteString($0) })
        let folder = try RunningQEMU.Folder()
        let isKnown = vector.options.allSatisfy { $0.origin != nil }
        let output = try RunningQEMU(
            ["qemu-system-x86_64", "-version"] + vector.arguments.dropFirst(),
            in: folder
        ).output
        #expect(output.contains("invalid option") == !isKnown, "\(output)")
    }

    /// A newer QEMU than the table knows fails here.
    @Test func `the table has every option that QEMU prints, with a value where it wants one`()
        async throws
    {
        func answer(_ words: ByteString...) async throws -> String {
            let program = Machine.qemu
            let call = [ByteString(program)] + words
            let outcome = try await run(Child.Request(program: program, arguments: call))
            return outcome.output + outcome.errors
        }
        // '-fda/-fdb file', '-h or -help', '--preconfig'
        let names = try await answer("-help").split(separator: "\n").filter { $0.hasPrefix("-") }
            .flatMap { $0.matches(of: /(?:^-?|\/|^\S+ or )-([^ \/]+)/).map { String($0.1) } }
        #expect(names.count > 90)
        for name in Set(names) {
            let option = try #require(QEMUOption.named(name.utf8), "\(name)")
            let answer = try await answer("-version", ByteString("-\(name)"))
            #expect(!answer.contains("invalid option"), "\(name)")
            #expect(answer.contains("requires an argument") == option.takesValue, "\(name)")
        }
    }
}
