import Planning
import SystemPackage
import Testing

/// `launcher.conf.example` is the reference that administrators read: it has to be right, and
/// complete.
struct ExampleConfigurationTests {
    private func example() throws -> [UInt8] {
        var path = FilePath(#filePath)
        for _ in 0..<4 { path.removeLastComponent() }
        let file = try FileDescriptor.open(path.appending("launcher.conf.example"), .readOnly)
        return try file.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
            return Array(bytes[..<count])
        }
    }

    /// Settings are commented out by a `#` with no blank behind it; prose has one.
    private func uncommented(_ bytes: [UInt8]) -> [UInt8] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let settings = lines.map { line in
            let isSetting =
                line.starts(with: "#".utf8) && line.count > 1
                && !line.starts(with: "# ".utf8)
            return isSetting ? line.dropFirst() : line
        }
        return Array(settings.joined(separator: [UInt8(ascii: "\n")]))
    }

    @Test func `the example as it is changes nothing`() throws {
        let read = try LauncherConfiguration(parsing: example(), file: "example")
        let defaults = LauncherConfiguration.defaults
        #expect(read.qemu == nil)
        #expect(read.readOnly == defaults.readOnly)
        #expect(read.firmware.isEmpty)
        #expect(read.storages.isEmpty)
        #expect(try read.virtualMachines().isEmpty)
    }

    @Test func `the example with every setting uncommented is good, and shows the defaults`() throws
    {
        let bytes = uncommented(try example())
        let read = try LauncherConfiguration(parsing: bytes, file: "example")
        let defaults = LauncherConfiguration.defaults
        #expect(read.storageConfiguration.value == defaults.storageConfiguration.value)
        #expect(read.seccomp.value == defaults.seccomp.value)
        #expect(read.spawn.value == defaults.spawn.value)
        #expect(read.stockFirmware.value == defaults.stockFirmware.value)
        #expect(read.sevAttachment.value == defaults.sevAttachment.value)
        #expect(read.readOnly.value == defaults.readOnly.value)
        #expect(read.log.value == defaults.log.value)
        #expect(read.debug.value == defaults.debug.value)
        #expect(read.firmware.count == 2)
        #expect(read.storages.map(\.id.text) == ["demo"])
        #expect(try read.virtualMachines().map(\.line).count == 2)
    }

    @Test func `every type of storage with directories may be declared`() {
        let types = SectionSchema.launcher.types.map(\.name)
        let storages = StorageType.directoryTypes.map(\.description)
        #expect(types == ["launcher", "firmware", "vm"] + storages)
    }

    @Test func `the example shows every key there is`() throws {
        let bytes = uncommented(try example())
        let schema = SectionSchema.launcher
        let file = try SectionConfiguration(strict: bytes, file: "example", schema: schema)
        for type in schema.types where !["nfs", "cifs", "cephfs", "btrfs"].contains(type.name) {
            let shown = Set(
                file.sections.filter { file.text($0.type) == type.name }
                    .flatMap { file.properties(of: $0) }.map { file.text($0.key) }
            )
            let known = Set(type.keys.map(\.name)).subtracting(["md5", "sha1", "sha224"])
            #expect(shown == known)
        }
    }
}
