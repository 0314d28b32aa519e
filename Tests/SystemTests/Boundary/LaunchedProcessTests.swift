import Foundation
import Glibc
import Planning
import TestSupport
import Testing

/// What becomes of the process itself where custom firmware was asked for.
@Suite(.launching, .needsProducts, .needsFirmware)
struct LaunchedProcessTests {
    @Test func `argv[0], umask and working directory are kept, and the process is named kvm`()
        async throws
    {
        let store = try StagedHost()
        var request = store.launcher(StagedHost.firmware, calledAs: "/opt/any-kvm")
        request.umask = 0
        request.directory = store.root
        let report = try await store.launch(request)
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
        let store = try StagedHost()
        let null = nullDevice.fileDescriptor
        var request = store.launcher(StagedHost.firmware)
        request.descriptors = [0: null, 1: null, 2: null]
        for number in closed { request.descriptors[number] = nil }
        request.closesStandardStreams = true
        let report = try await store.launch(request)
        let number = try store.imageNumber(in: report)
        #expect(number > 2)
        #expect(
            report.descriptors.keys.sorted()
                == [0, 1, 2].filter { !closed.contains($0) } + [number]
        )
    }

    @Test func `started by root, QEMU gets no variable that loads code`() async throws {
        let store = try StagedHost()
        let kept: [ByteString] = ["LC_ALL=C", "PATH=/usr/bin", "PVE_MIGRATED_FROM="]
        let others: [ByteString] = [
            "", "LDFLAGS=x", "XLD_PRELOAD=x", "ALSA_CONFIG_PATH=/nowhere", "LD_PRELOAD=libm.so.6",
            "LD_LIBRARY_PATH=/nowhere", "LD_AUDIT=", "GLIBC_TUNABLES=",
            "QEMU_MODULE_DIR=/nowhere", "GCONV_PATH=/nowhere", "LD_PRELOAD=libdl.so.2",
        ]
        var request = store.launcher(StagedHost.firmware)
        request.environment = kept + others
        let report = try await store.launch(request)
        #expect(report.environment == (Machine.isRoot ? kept : kept + others))
    }

    @Test func `a limit of open files that is too low is told`() async throws {
        let store = try StagedHost()
        let call = store.launcher(StagedHost.firmware + ["-name", "a"])
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
}

/// What the launcher looks at outside of itself, held against the list in SECURITY.md.
@Suite(.launching, .needsProducts, .needsFirmware)
struct OpenedFilesTests {
    @Test func `a launch opens the documented files and no other`() async throws {
        let store = try StagedHost()
        let launch = try FaultedLaunch(store: store, firmware: true)
        let found = Set(try await launch.calls().map(\.path)).subtracting([""])
        let documented: Set<String> = [
            // The working directory, the configuration, and what it names.
            ".", store.configuration, "/etc/pve/storage.cfg",
            // What QEMU would read besides, and who could change that; of these, the root is a
            // descriptor to hold a number with, too.
            "/etc/qemu/qemu.conf", "/", "/etc", "/etc/qemu",
            // Where PATH leads.
            "/usr", "/usr/bin", "/bin",
            // The way to the image, each step from the one before.
            store.root, "template", "efi-firmware", "a.fd",
            // The sealed copy again, read-only.
            "/proc/self/fd/N",
            // The program that it becomes, and that it is not itself.
            store.program, "/proc/self/exe",
        ]
        let own = Set(found.filter { !isOfTheRuntime($0) }.map(withoutNumber))
        #expect(own == documented.union(folders(above: store.configuration)))
    }

    @Test func `a launch without firmware opens the configuration and QEMU`() async throws {
        let store = try StagedHost()
        let launch = try FaultedLaunch(store: store, firmware: false)
        let found = Set(try await launch.calls().map(\.path)).subtracting([""])
        let documented: Set<String> = [
            ".", store.configuration, "\(store.path)/bin/passed", "/proc/self/exe",
            // For the filter: what QEMU would read besides its command line.
            "/etc/qemu/qemu.conf", "/", "/etc", "/etc/qemu",
        ]
        let own = found.filter { !isOfTheRuntime($0) }
        #expect(own == documented.union(folders(above: store.configuration)))
    }

    @Test func `a launch that may choose by a tag opens the VM's configuration, too`() async throws
    {
        let host = try StagedProxmoxHost()
        try host.addVirtualMachine(100, "bios: ovmf\ntags: nsv\n")
        let launch = try FaultedLaunch(choosingByTagOn: host)
        let found = Set(try await launch.calls().map(\.path))
        let guest = "\(host.node)/qemu-server/100.conf"
        #expect(found.contains(guest))
        #expect(folders(above: guest).isSubset(of: found))
        // The directories of other nodes are only for VMs that this one does not have.
        #expect(!found.contains("\(host.cluster)/nodes/other/qemu-server/100.conf"))
    }

    /// Who could put another configuration in its place.
    private func folders(above path: String) -> Set<String> {
        var folders: Set<String> = ["/"]
        var folder = URL(filePath: path).deletingLastPathComponent()
        while folder.path() != "/" {
            let path = folder.path()
            folders.insert(path.hasSuffix("/") ? String(path.dropLast()) : path)
            folder = folder.deletingLastPathComponent()
        }
        return folders
    }

    /// Of a static executable every call is listed, and the start-up of the C library and of the
    /// Swift runtime with them: processors, the stack, and a program for backtraces that is not
    /// there. (Of a dynamic one the list begins behind that.)
    private func isOfTheRuntime(_ path: String) -> Bool {
        guard Products.areStatic else { return false }
        let folder = URL(filePath: Products.launcher).deletingLastPathComponent().path()
        let below = ["libexec/swift", "bin", "swift-backtrace"].map { folder + $0 }
        return ["/proc/self/maps", "/sys/devices/system/cpu/possible"].contains(path)
            || path + "/" == folder || below.contains { path.hasPrefix($0) }
    }

    private func withoutNumber(_ path: String) -> String {
        let folder = "/proc/self/fd/"
        return path.hasPrefix(folder) ? folder + "N" : path
    }
}

/// A set-user-ID helper of a launcher that is not root: it starts without its rights, and that is
/// said. In QEMU's place is a script that starts the helper, which prints who it is.
@Suite(.launching, .needsProducts, .needsRoot)
struct HelperRightsTests {
    private struct Scene {
        let store: StagedHost
        let helper: String
        let launcher: String

        init(_ mode: String) throws {
            store = try StagedHost()
            helper = "\(store.path)/bin/helper"
            launcher = "\(store.path)/bin/qemu-launcher"
            try write(read("/usr/bin/id"), to: helper, mode: 0o4755)
            // Where nobody else may go, so may not they who are to start it.
            try write(read(Products.launcher), to: launcher, mode: 0o755)
            let program = "\(store.path)/bin/qemu"
            let script = "#!/bin/sh\nexec \(helper) -u\n"
            try write(Data(script.utf8), to: program, mode: 0o755)
            try store.configure(qemu: program, launcher: ["seccomp \(mode)"], pins: [])
        }

        func call(asRoot: Bool, _ words: [ByteString]) -> Child.Request {
            let user: [ByteString] =
                asRoot ? [] : ["--reuid=65534", "--regid=65534", "--clear-groups"]
            let own: [ByteString] = [
                ByteString(launcher), "-launcher-config", ByteString(store.configuration),
            ]
            return Child.Request(
                program: "/usr/bin/setpriv",
                arguments: ["setpriv"] + user + own + words,
            )
        }

        func start(asRoot: Bool, _ words: [ByteString]) async throws -> Outcome {
            let outcome = try await run(call(asRoot: asRoot, words))
            withExtendedLifetime(store) {}
            return outcome
        }

        var network: [ByteString] { ["-netdev", ByteString("bridge,id=n,helper=\(helper)")] }
    }

    private static let nobody = "65534\n"

    @Test(arguments: ["enforce", "log"])
    func `the helper has no rights under a filter, and the launcher says so`(
        mode: String
    ) async throws {
        let scene = try Scene(mode)
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output == Self.nobody)
        #expect(
            outcome.complaints == [
                "qemu-launcher: warning: option '-netdev bridge,id=n,helper=\(scene.helper)': "
                    + "'\(scene.helper)' is set-user-ID, which gives it no rights under the filter "
                    + "of a launcher that is not root (no_new_privs), not even with 'seccomp log'",
                "qemu-launcher: hint: open the tap in advance and pass fd=, or start the VM as "
                    + "root, or set 'seccomp off' for this VM",
            ]
        )
    }

    @Test func `the setting that is named helps`() async throws {
        let scene = try Scene("off")
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.output == "0\n")
        #expect(outcome.complaints.isEmpty)
    }

    @Test func `for root nothing changes, and nothing is said`() async throws {
        let scene = try Scene("enforce")
        let outcome = try await scene.start(asRoot: true, scene.network)
        #expect(outcome.output == "0\n")
        #expect(outcome.complaints.isEmpty, "\(outcome.errors)")
    }

    @Test func `a helper without rights of its own is not warned of`() async throws {
        let scene = try Scene("log")
        try change(scene.helper, mode: 0o755)
        let outcome = try await scene.start(asRoot: false, scene.network)
        #expect(outcome.output == Self.nobody)
        #expect(outcome.complaints.isEmpty, "\(outcome.errors)")
    }

    @Test func `a command is looked up as a shell would`() async throws {
        let scene = try Scene("log")
        var request = scene.call(asRoot: false, ["-incoming", "exec:helper -n cat"])
        request.environment = [
            ByteString("PATH=/nonexistent:\(scene.store.path)/bin:/usr/bin:/bin")
        ]
        let outcome = try await run(request)
        #expect(outcome.errors.contains("'\(scene.helper)' is set-user-ID"), "\(outcome.errors)")
    }
}
