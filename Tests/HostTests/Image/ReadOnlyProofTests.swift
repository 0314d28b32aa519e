import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
import Testing

struct ReadOnlyProofTests {
    @Test(.enabled(if: isRoot, "only root may set the immutable attribute"))
    func `the immutable attribute is a proof, whatever the mode`() throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: 0o644)
        let file = try FileDescriptor.open(storage.image, .readOnly)
        defer { close(file.rawValue) }
        do {
            try set(attributes: 0x10, of: file)
        } catch Errno.notSupported, Errno.inappropriateIOCTLForDevice {
            return  // This file system has no such attribute.
        }
        let image = try verify(storage.request())
        try set(attributes: 0, of: file)
        #expect(image.proofs == [.immutable])
    }

    /// FS_IOC_SETFLAGS of linux/fs.h; 0x10 is FS_IMMUTABLE_FL.
    private func set(attributes: Int32, of file: FileDescriptor) throws {
        var attributes = attributes
        try check(unsafe ioctl(file.rawValue, 0x4008_6602, &attributes))
    }

    @Test(.enabled(if: isRoot, "only root may mount"))
    func `a read-only mount is a proof, whatever the mode`() async throws {
        let storage = try FirmwareStorage()
        await #expect(processExitsWith: .success) { [root = storage.root.string as String] in
            // In a mount namespace of its own, which ends with the process.
            try enterMountNamespace()
            try mountMemory(on: root, flags: 0)
            let directory = FilePath(root)
            try change(directory, mode: 0o755)
            try write(Vector.abc.content, to: directory.appending("b.fd"), mode: 0o644)
            try mountMemory(on: root, flags: 0x21)  // MS_REMOUNT | MS_RDONLY
            let image = try verify(
                ImageRequest(
                    name: "b.fd",
                    root: directory,
                    directories: [""],
                    fileName: "b.fd",
                    pins: [],
                    configuration: "launcher.conf",
                    rules: .volume(accepting: [.mount])
                )
            )
            #expect(image.proofs == [.mount])
        }
    }
}

private func enterMountNamespace() throws {
    typealias Unshare = @convention(c) (Int32) -> Int32
    let unshare = unsafe unsafeBitCast(try symbol("unshare"), to: Unshare.self)
    try check(unshare(0x0002_0000))  // CLONE_NEWNS
    try mount(source: "none", on: "/", type: nil, flags: 0x4_4000)  // MS_REC | MS_PRIVATE
}

private func mountMemory(on directory: String, flags: UInt) throws {
    try mount(source: "tmpfs", on: directory, type: "tmpfs", flags: flags)
}

private func mount(source: String, on target: String, type: String?, flags: UInt) throws {
    typealias Mount =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt,
            UnsafeRawPointer?
        ) -> Int32
    let mount = unsafe unsafeBitCast(try symbol("mount"), to: Mount.self)
    try check(unsafe mount(source, target, type, flags, nil))
}

/// mount(2) and its like are not in Swift's Glibc module.
private func symbol(_ name: String) throws -> UnsafeMutableRawPointer {
    guard let symbol = unsafe dlsym(nil, name) else { throw Errno.noFunction }
    return unsafe symbol
}

struct NetworkFileSystemTests {
    @Test(arguments: ["/proc", "/dev", "/nowhere", ""] as [FilePath])
    func `what is here, or nowhere, is on no network`(path: FilePath) {
        #expect(NetworkFileSystem(at: path) == nil)
    }

    @Test(arguments: [NetworkFileSystem.nfs, .cifs])
    func `the advice says what helps there`(network: NetworkFileSystem) {
        #expect(network.advice.hasPrefix(network == .nfs ? "on NFS: " : "on CIFS: "))
    }
}
