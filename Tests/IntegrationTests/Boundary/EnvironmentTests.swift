import Foundation
import Planning
import Testing

/// No variable of the environment decides anything in the launcher.
@Suite(.launching, .needsProducts, .needsFirmware)
struct EnvironmentTests {
    /// What a C library, a runtime, QEMU, or a careless program would heed.
    private static let poison: [ByteString] = [
        "HOME=/nowhere", "PATH=/nowhere", "TMPDIR=/nowhere", "LANG=tr_TR.UTF-8", "TZ=:/nowhere",
        "LD_LIBRARY_PATH=/nowhere", "GLIBC_TUNABLES=glibc.malloc.check=3", "MALLOC_CHECK_=3",
        "MALLOC_TRACE=/nowhere/trace", "LOCPATH=/nowhere", "NLSPATH=/nowhere",
        "RES_OPTIONS=debug", "HOSTALIASES=/nowhere", "QEMU_MODULE_DIR=/nowhere",
        "QEMU_AUDIO_DRV=none", "LAUNCHER_CONFIG=/nowhere", "QEMU_LAUNCHER_CONFIG=/nowhere",
        "XDG_CONFIG_HOME=/nowhere", "SWIFT_DEBUG_ENABLE_MALLOC_SCRIBBLE=YES", "=", "A", "A=1",
        "A=2",
    ]

    @Test func `a launch does the same in every environment`() async throws {
        let store = try FirmwareStore()
        let launch = try FaultedLaunch(store: store, firmware: true)
        let plain = try await calls(of: launch, in: [])
        let poisoned = try await calls(of: launch, in: Self.poison)
        #expect(plain.map(\.path) == poisoned.map(\.path))
        #expect(plain.map(\.call) == poisoned.map(\.call))
        withExtendedLifetime(store) {}
    }

    /// Without those for memory: how much it takes depends on the environment that it hands on.
    private func calls(
        of launch: FaultedLaunch,
        in environment: [ByteString],
    ) async throws -> [FaultedLaunch.Call] {
        let memory: Set<Syscall> = [.brk, .mmap, .munmap, .mprotect, .futex]
        return try await launch.calls(environment: environment).filter {
            $0.thread == 0 && !memory.contains($0.call)
        }
    }

    @Test func `no source of the launcher asks for a variable`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var read = 0
        for module in ["Planning", "Host", "CLinux", "qemu-launcher"] {
            let folder = root.appending(path: "Sources/\(module)")
            let files = try #require(
                FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            )
            for case let file as URL in files where ["swift", "c"].contains(file.pathExtension) {
                // Nothing of it is in a build that is shipped.
                guard file.lastPathComponent != "StageTrace.swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for word in ["getenv", "ProcessInfo", "setenv", "putenv"] {
                    #expect(!text.contains(word), "\(file.lastPathComponent): \(word)")
                }
                read += 1
            }
        }
        #expect(read > 100)
    }
}
