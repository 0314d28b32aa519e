import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

struct ExecutionTests {
    @Test func `the process becomes the program, with its exit status`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let shell = try Executable(firstOf: ["/nowhere/sh", "/bin/sh"])
            try shell.execute(
                arguments: ["sh", "-c", "exit 7"],
                environment: [],
                inheriting: nil,
                under: confine(.denylist, mode: .off)
            )
        }
    }

    @Test func `argv and the environment arrive byte for byte, argv[0] included`() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            try Executable(firstOf: ["/bin/cat"]).execute(
                arguments: ["/usr/bin/kvm", "/proc/self/cmdline", "/proc/self/environ"],
                environment: ["A=b", "", ByteString([0xFF, 0x0A]), "A=c"],
                inheriting: nil,
                under: confine(.denylist, mode: .off)
            )
        }
        let expected =
            Array("/usr/bin/kvm\0/proc/self/cmdline\0/proc/self/environ\0A=b\0\0".utf8)
            + [0xFF, 0x0A, 0] + Array("A=c\0".utf8)
        #expect(result?.standardOutputContent == expected)
    }

    @Test func `the process is named after the path, which may be a link`() async throws {
        let directory = try TemporaryDirectory()
        let link = directory.path.appending("kvm")
        try makeLink(link, to: "/bin/cat")
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) { [path = link.string as String] in
            try Executable(firstOf: [FilePath(path)]).execute(
                arguments: ["cat", "/proc/self/comm"],
                environment: [],
                inheriting: nil,
                under: confine(.denylist, mode: .off)
            )
        }
        #expect(result?.standardOutputContent == Array("kvm\n".utf8))
    }

    @Test func `the program inherits the image and reads it under its number`() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let storage = try FirmwareStorage()
            let image = try place(storage.request())
            let path = ByteString("/proc/self/fd/\(image.number)")
            storage.remove()  // An exec does not.
            try Executable(firstOf: ["/bin/cat"]).execute(
                arguments: ["cat", path, path],
                environment: [],
                inheriting: image,
                under: confine(.denylist, mode: .off)
            )
        }
        #expect(result?.standardOutputContent == Array("abcabc".utf8))
    }

    @Test func `the program inherits what the caller left open, the image, and nothing else`()
        async throws
    {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let inherited = inheritable()
            let storage = try FirmwareStorage()
            _ = try HostFiles.configuration(at: storage.image)
            let image = try place(storage.request(), avoiding: Set(10..<60))
            SystemLog(journal: storage.outside, syslog: storage.outside).send(
                LaunchRecord(refusal: HostError.memoryFileChanged, of: MachineIdentity())
            )
            storage.remove()  // An exec does not.
            print((inherited + [image.number]).sorted().map(String.init).joined(separator: " "))
            fflush(nil)
            let script = """
                n=0
                while [ $n -lt 200 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n + 1)); done
                exit 0
                """
            try Executable(firstOf: ["/bin/sh"]).execute(
                arguments: ["sh", "-c", ByteString(script)],
                environment: [],
                inheriting: image,
                under: confine(.denylist, mode: .off)
            )
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let lines = output.split(separator: "\n")
        let expected = try #require(lines.first)
        #expect(lines.dropFirst().joined(separator: " ") == expected)
    }

    @Test func `what cannot be executed says why, and status 126 is reported`() throws {
        let directory = try TemporaryDirectory()
        let plain = directory.path.appending("plain")
        let text = directory.path.appending("text")
        let orphan = directory.path.appending("orphan")
        try write(Array("x".utf8), to: plain, mode: 0o644)
        try write(Array("x".utf8), to: text, mode: 0o755)
        try write(Array("#!/nowhere/sh\n".utf8), to: orphan, mode: 0o755)
        for (path, errno) in [
            (plain, Errno.permissionDenied), (text, .execFormatError),
            (orphan, .noSuchFileOrDirectory),
        ] {
            let error = #expect(throws: ExecutionError.self) {
                try Executable(firstOf: [path]).execute(
                    arguments: ["x"],
                    environment: [],
                    inheriting: nil,
                    under: confine(.denylist, mode: .off)
                )
            }
            #expect(error == .failed(operation: "execve", path: path, errno: errno))
            #expect(error?.exitStatus == .cannotExecute)
        }
    }

    @Test func `a NUL inside an argument or the environment is refused`() throws {
        let program = try Executable(firstOf: ["/bin/false"])
        let bad = ByteString(Array("a\0b".utf8))
        #expect(throws: ExecutionError.containsNUL(bad)) {
            try program.execute(
                arguments: ["x", bad],
                environment: [],
                inheriting: nil,
                under: confine(.denylist, mode: .off)
            )
        }
        #expect(throws: ExecutionError.containsNUL(bad)) {
            try program.execute(
                arguments: ["x"],
                environment: [bad],
                inheriting: nil,
                under: confine(.denylist, mode: .off)
            )
        }
    }
}

struct ExecutableTests {
    @Test func `a program that is not there is status 127, and every path is named`() {
        let error = #expect(throws: ExecutionError.self) {
            try leaf { try Executable(firstOf: ["/nowhere/kvm", "/nowhere/qemu"]) }
        }
        #expect(error?.message == "QEMU '/nowhere/kvm', '/nowhere/qemu' not found")
        #expect(error?.exitStatus == .notFound)
    }

    @Test func `the next candidate is tried only where the one before is not there`() throws {
        #expect(try Executable(firstOf: ["/nowhere/x", "/bin/cat", "/bin/sh"]).path == "/bin/cat")
        let directory = try TemporaryDirectory()
        #expect(
            throws: ExecutionError.notRegularFile(path: directory.path, found: .directory)
        ) { try leaf { try Executable(firstOf: [directory.path, "/bin/cat"]) } }
        #expect(
            throws: ExecutionError.failed(
                operation: "open",
                path: "/bin/cat/x",
                errno: .notDirectory
            )
        ) { try leaf { try Executable(firstOf: ["/bin/cat/x", "/bin/cat"]) } }
    }

    @Test func `a named pipe is refused without waiting for its writer`() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path.appending("kvm")
        try makePipe(pipe, mode: 0o755)
        #expect(throws: ExecutionError.notRegularFile(path: pipe, found: .fifo)) {
            try leaf { try Executable(firstOf: [pipe]) }
        }
    }

    @Test func `the launcher does not start itself, by whatever name`() throws {
        let directory = try TemporaryDirectory()
        let link = directory.path.appending("kvm")
        try makeLink(link, to: "/proc/self/exe")
        for path in ["/proc/self/exe", link] {
            let error = #expect(throws: ExecutionError.self) {
                try leaf { try Executable(firstOf: [path, "/bin/cat"]) }
            }
            #expect(error == .isLauncherItself(path: path))
            #expect(error?.exitStatus == .configuration)
        }
    }
}
