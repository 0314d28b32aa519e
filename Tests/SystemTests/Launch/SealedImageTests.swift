import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// What QEMU is given where custom firmware was asked for, looked at through the stand-in.
@Suite(.launching, .needsProducts, .needsFirmware)
struct SealedImageTests {
    /// A command line, and what becomes of it once `$image` is the path of the sealed image.
    struct Attachment: CustomTestStringConvertible, Sendable {
        let name: String
        let given: [ByteString]
        let expected: [ByteString]

        var testDescription: String { name }
    }

    private static let variables: ByteString =
        "if=pflash,unit=1,format=raw,id=drive-efidisk0,file=/nowhere/vars.raw"

    private static let attachments = [
        Attachment(
            name: "none",
            given: ["-m", "1"],
            expected: [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,snapshot=off,file=$image", "-m",
                "1",
            ],
        ),
        Attachment(
            name: "drive",
            given: [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd",
                "-drive", variables,
            ],
            expected: [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,snapshot=off,file=$image",
                "-drive", variables,
            ],
        ),
        Attachment(
            name: "blockdev",
            given: [
                "-blockdev",
                """
                {"driver":"raw","file":{"driver":"file","filename":"/nowhere/CODE.fd"},\
                "node-name":"pflash0","read-only":true}
                """,
                "-machine", "pflash0=pflash0,type=pc",
            ],
            expected: [
                "-blockdev",
                """
                {"driver":"raw","file":{"driver":"file","filename":"$image"},\
                "node-name":"pflash0","read-only":true}
                """,
                "-machine", "pflash0=pflash0,type=pc",
            ],
        ),
        Attachment(
            name: "bios of a confidential guest",
            given: [
                "-object", "sev-snp-guest,id=snp,policy=0x30000",
                "-machine", "q35,confidential-guest-support=snp", "-bios", "/nowhere/OVMF.fd",
            ],
            expected: [
                "-object", "sev-snp-guest,id=snp,policy=0x30000",
                "-machine", "q35,confidential-guest-support=snp", "-bios", "$image",
            ],
        ),
    ]

    @Test(arguments: attachments)
    func `the bytes are the file's, and only the firmware's argument changes`(
        attachment: Attachment
    ) async throws {
        let store = try StagedHost(image: Machine.unifiedImage)
        let report = try await store.launch(
            store.launcher(StagedHost.firmware + attachment.given)
        )
        let number = try store.imageNumber(in: report)
        let expected = attachment.expected.map {
            ByteString(
                String(decoding: $0.bytes, as: UTF8.self)
                    .replacing("$image", with: "/proc/self/fd/\(number)")
            )
        }
        #expect(report.arguments == ["/usr/bin/kvm", "-no-user-config"] + expected)
        #expect(try store.imageOfReport() == read(store.image))
    }

    @Test func `the image is the one new descriptor: read-only, inherited, named after itself`()
        async throws
    {
        let store = try StagedHost()
        let file = try Capture()
        var request = store.launcher(StagedHost.firmware)
        request.descriptors = [5: file.file.fileDescriptor, 20: file.file.fileDescriptor]
        let report = try await store.launch(request)
        let number = try store.imageNumber(in: report)
        #expect(report.descriptors.keys.sorted() == [0, 1, 2, 5, number, 20].sorted())
        let image = try #require(report.descriptors[number])
        #expect(image.flags & O_ACCMODE == O_RDONLY)
        #expect(!image.isClosedOnExec)
        #expect(
            image.target
                == "/memfd:\(StagedHost.volume) sha256:\(try store.digest()) (deleted)"
        )
        for number in [5, 20] as [Int32] {
            #expect(report.descriptors[number]?.target == Capture.name)
        }
    }

    @Test func `numbers that are open or stand in an argument are left alone`() async throws {
        let store = try StagedHost()
        let file = try Capture()
        var request = store.launcher(
            StagedHost.firmware + [
                "-add-fd", "fd=10,set=0", "-add-fd", "set=11,fd=12", "-chardev", "fd=0013,id=c",
                "-netdev", "tap,fds=14:15,vhostfds=16:17", "-incoming", "fd:18",
                "-append", "0x19 fd20x", ByteString([0xFF, 0x32, 0x31, 0xFF]),
            ]
        )
        request.descriptors = [22: file.file.fileDescriptor, 23: file.file.fileDescriptor]
        let report = try await store.launch(request)
        #expect(try store.imageNumber(in: report) == 24)
    }

    @Test func `nobody can write to the image, not even root from outside`() async throws {
        let store = try StagedHost()
        let keys = Pipe()
        var request = store.launcher(StagedHost.firmware)
        request.descriptors[0] = keys.fileHandleForReading.fileDescriptor
        var child = try Child(request)
        try keys.fileHandleForReading.close()
        let report = try #require(try await eventually { try store.report() })
        #expect(report.process == child.id)

        let path = "/proc/\(child.id)/fd/\(try store.imageNumber(in: report))"
        let refused = Machine.isRoot ? EPERM : EACCES
        #expect(errno(of: unsafe open(path, O_RDONLY | O_TRUNC)) == refused)
        #expect(errno(of: unsafe truncate(path, 0)) == refused)
        let file = try check(unsafe open(path, Machine.isRoot ? O_RDWR : O_RDONLY))
        defer { close(file) }
        if Machine.isRoot {
            #expect(errno(of: unsafe pwrite(file, "x", 1, 0)) == EPERM)
            #expect(errno(of: ftruncate(file, 0)) == EPERM)
            #expect(errno(of: ftruncate(file, 1 << 30)) == EPERM)
            let mapping = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
            #expect(unsafe mapping == MAP_FAILED)
        }
        let (addSeals, getSeals) = (Int32(1033), Int32(1034))
        #expect(errno(of: fcntl(file, addSeals, 0)) == EPERM)
        // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE of linux/fcntl.h.
        #expect(fcntl(file, getSeals) & 0xF == 0xF)

        try keys.fileHandleForWriting.close()
        #expect(try await child.wait() == .status(0))
    }

    /// The error of a call that is to fail; 0 where it did not.
    private func errno(of result: some SignedInteger) -> Int32 {
        result == -1 ? Glibc.errno : 0
    }
}
