import Foundation
import Glibc
import Planning
import Testing

/// What QEMU is given where custom firmware was asked for, looked at through the stand-in.
@Suite(.needsProducts, .needsFirmware)
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
            expected: ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=$image", "-m", "1"],
        ),
        Attachment(
            name: "drive",
            given: [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/nowhere/CODE.fd",
                "-drive", variables,
            ],
            expected: [
                "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=$image",
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
        let store = try FirmwareStore(image: Machine.unifiedImage)
        let report = try await launch(store, attachment.given)
        let number = try imageNumber(in: report, store)
        let expected = attachment.expected.map {
            ByteString(
                String(decoding: $0.bytes, as: UTF8.self)
                    .replacing("$image", with: "/proc/self/fd/\(number)")
            )
        }
        #expect(report.arguments == ["/usr/bin/kvm"] + expected)
        #expect(try store.imageOfReport() == read(store.image))
    }

    @Test func `the image is the one new descriptor: read-only, inherited, named after itself`()
        async throws
    {
        let store = try FirmwareStore()
        let file = try Capture()
        var request = store.launcher(FirmwareStore.firmware)
        request.descriptors = [5: file.file.fileDescriptor, 20: file.file.fileDescriptor]
        let report = try await launch(store, request)
        let number = try imageNumber(in: report, store)
        #expect(report.descriptors.keys.sorted() == [0, 1, 2, 5, number, 20].sorted())
        let image = try #require(report.descriptors[number])
        #expect(image.flags & O_ACCMODE == O_RDONLY)
        #expect(!image.isClosedOnExec)
        #expect(
            image.target
                == "/memfd:\(FirmwareStore.volume) sha256:\(try store.digest()) (deleted)"
        )
        for number in [5, 20] as [Int32] {
            #expect(report.descriptors[number]?.target == Capture.name)
        }
    }

    @Test func `numbers that are open or stand in an argument are left alone`() async throws {
        let store = try FirmwareStore()
        let file = try Capture()
        var request = store.launcher(
            FirmwareStore.firmware + [
                "-add-fd", "fd=10,set=0", "-add-fd", "set=11,fd=12", "-chardev", "fd=0013,id=c",
                "-netdev", "tap,fds=14:15,vhostfds=16:17", "-incoming", "fd:18",
                "-append", "0x19 fd20x", ByteString([0xFF, 0x32, 0x31, 0xFF]),
            ]
        )
        request.descriptors = [22: file.file.fileDescriptor, 23: file.file.fileDescriptor]
        let report = try await launch(store, request)
        #expect(try imageNumber(in: report, store) == 24)
    }

    @Test func `nobody can write to the image, not even root from outside`() async throws {
        let store = try FirmwareStore()
        let keys = Pipe()
        var request = store.launcher(FirmwareStore.firmware)
        request.descriptors[0] = keys.fileHandleForReading.fileDescriptor
        var child = try Child(request)
        try keys.fileHandleForReading.close()
        let report = try #require(try await eventually { try store.report() })
        #expect(report.process == child.id)

        let path = "/proc/\(child.id)/fd/\(try imageNumber(in: report, store))"
        #expect(errno(of: unsafe open(path, O_RDONLY | O_TRUNC)) == EPERM)
        #expect(errno(of: unsafe truncate(path, 0)) == EPERM)
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

    @Test func `argv[0], umask and working directory are kept, and the process is named kvm`()
        async throws
    {
        let store = try FirmwareStore()
        var request = store.launcher(FirmwareStore.firmware, calledAs: "/opt/any-kvm")
        request.umask = 0
        request.directory = store.root
        let report = try await launch(store, request)
        #expect(report.arguments.first == "/opt/any-kvm")
        #expect(report.name == "kvm")
        #expect(report.umask == "0")
        #expect(report.directory == ByteString(store.root))
        #expect(report.status["Seccomp:"] == "2")
    }

    @Test(arguments: [[0], [2], [0, 1, 2]] as [[Int32]])
    func `streams that are closed stay closed and never become the image`(
        closed: [Int32]
    ) async throws {
        let store = try FirmwareStore()
        let null = nullDevice.fileDescriptor
        var request = store.launcher(FirmwareStore.firmware)
        request.descriptors = [0: null, 1: null, 2: null]
        for number in closed { request.descriptors[number] = nil }
        request.closesStandardStreams = true
        let report = try await launch(store, request)
        let number = try imageNumber(in: report, store)
        #expect(number > 2)
        #expect(
            report.descriptors.keys.sorted()
                == [0, 1, 2].filter { !closed.contains($0) } + [number]
        )
    }

    @Test func `started by root, QEMU gets no variable that loads code`() async throws {
        let store = try FirmwareStore()
        let kept: [ByteString] = ["LC_ALL=C", "", "LDFLAGS=x", "PATH=/usr/bin", "XLD_PRELOAD=x"]
        let dangerous: [ByteString] = [
            "LD_PRELOAD=libm.so.6", "LD_LIBRARY_PATH=/nowhere", "LD_AUDIT=", "GLIBC_TUNABLES=",
            "QEMU_MODULE_DIR=/nowhere", "GCONV_PATH=/nowhere", "LD_PRELOAD=libdl.so.2",
        ]
        var request = store.launcher(FirmwareStore.firmware)
        request.environment = kept + dangerous
        let report = try await launch(store, request)
        #expect(report.environment == (Machine.isRoot ? kept : kept + dangerous))
    }

    @Test func `a limit of open files that is too low is told`() async throws {
        let store = try FirmwareStore()
        let call = store.launcher(FirmwareStore.firmware + ["-name", "a"])
        var request = call
        request.program = "/usr/bin/prlimit"
        request.arguments = ["prlimit", "--nofile=10", ByteString(call.program)]
        request.arguments += call.arguments.dropFirst()
        let outcome = try await run(request)
        #expect(outcome.end == .status(71))
        #expect(
            outcome.complaints == [
                "qemu-launcher: error: vm 'a': no descriptor number is left for the firmware image:"
                    + " Invalid argument",
                "qemu-launcher: hint: raise the limit of open files ('ulimit -n')",
            ]
        )
        #expect(try store.report() == nil)
    }

    // MARK: -

    private func launch(
        _ store: FirmwareStore,
        _ arguments: [ByteString],
    ) async throws -> StandInReport {
        try await launch(store, store.launcher(FirmwareStore.firmware + arguments))
    }

    private func launch(
        _ store: FirmwareStore,
        _ request: Child.Request,
    ) async throws -> StandInReport {
        let outcome = try await run(request)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        return try #require(try store.report())
    }

    /// The descriptor of the image, by what it is called.
    private func imageNumber(
        in report: StandInReport,
        _ store: FirmwareStore,
    ) throws -> Int32 {
        let numbers = report.descriptors.filter {
            $0.value.target.hasPrefix("/memfd:\(FirmwareStore.volume)")
        }
        #expect(numbers.count == 1)
        return try #require(numbers.keys.first)
    }

    /// The error of a call that is to fail; 0 where it did not.
    private func errno(of result: some SignedInteger) -> Int32 {
        result == -1 ? Glibc.errno : 0
    }
}
