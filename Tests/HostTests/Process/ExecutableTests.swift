import Glibc
import Host
import Planning
import SystemPackage
import Testing

struct ExecutableTests {
    @Test func `a program that is not there is status 127, and every path is named`() {
        let error = #expect(throws: ExecutionError.self) {
            try Executable(firstOf: ["/nowhere/kvm", "/nowhere/qemu"])
        }
        #expect(error?.message == "QEMU '/nowhere/kvm', '/nowhere/qemu' not found")
        #expect(error?.exitStatus == .notFound)
    }

    @Test func `the next candidate is tried only where the one before is not there`() throws {
        #expect(try Executable(firstOf: ["/nowhere/x", "/bin/cat", "/bin/sh"]).path == "/bin/cat")
        let directory = try TemporaryDirectory()
        #expect(
            throws: ExecutionError.notRegularFile(path: directory.path, found: .directory)
        ) { try Executable(firstOf: [directory.path, "/bin/cat"]) }
        #expect(
            throws: ExecutionError.failed(
                operation: "open",
                path: "/bin/cat/x",
                errno: .notDirectory
            )
        ) { try Executable(firstOf: ["/bin/cat/x", "/bin/cat"]) }
    }

    @Test func `a named pipe is refused without waiting for its writer`() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path.appending("kvm")
        try makePipe(pipe, mode: 0o755)
        #expect(throws: ExecutionError.notRegularFile(path: pipe, found: .fifo)) {
            try Executable(firstOf: [pipe])
        }
    }

    @Test func `the launcher does not start itself, by whatever name`() throws {
        let directory = try TemporaryDirectory()
        let link = directory.path.appending("kvm")
        try makeLink(link, to: "/proc/self/exe")
        for path in ["/proc/self/exe", link] {
            let error = #expect(throws: ExecutionError.self) {
                try Executable(firstOf: [path, "/bin/cat"])
            }
            #expect(error == .isLauncherItself(path: path))
            #expect(error?.exitStatus == .configuration)
        }
    }
}
