import Foundation
import Glibc
import Planning
import Testing

/// What the launcher looks at outside of itself, held against the list in SECURITY.md.
@Suite(.launching, .needsProducts, .needsFirmware)
struct OpenedFilesTests {
    @Test func `a launch opens the documented files and no other`() async throws {
        let store = try FirmwareStore()
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
        let store = try FirmwareStore()
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
