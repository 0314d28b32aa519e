import Host
import Planning
import SystemPackage
import Testing

/// A configuration that was not named, and is not there.
struct DefaultConfigurationTests {
    private let directory: TemporaryDirectory
    private var folder: FilePath { directory.path.appending("qemu-launcher") }
    private var file: FilePath { folder.appending("launcher.conf") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Why no VM would be started; `nil` where the file, or that there is none, can be read.
    private func refusal() -> LaunchFailure? {
        do throws(LaunchFailure) {
            _ = try LaunchFiles.configuration(whereNoneIsNamed: file)
            return nil
        } catch {
            return error
        }
    }

    @Test func `without a directory nothing is configured`() {
        #expect(refusal() == nil)
    }

    @Test func `an empty file configures nothing`() throws {
        try makeDirectory(folder)
        try write([], to: file)
        #expect(refusal() == nil)
    }

    /// An editor that renames has none for a moment.
    @Test func `a directory without the file is an error with advice`() throws {
        try makeDirectory(folder)
        let failure = try #require(refusal())
        #expect(failure == LaunchFailure(HostFileError.configurationMissing(path: file)))
        #expect(failure.exitStatus == .configuration)
        #expect(failure.hint?.hasPrefix("put it back") == true)
    }

    @Test func `a link that leads nowhere is an error, of the file or its directory`() throws {
        try makeLink(folder, to: "unmounted")
        #expect(refusal() == LaunchFailure(HostFileError.configurationMissing(path: file)))
        try removeFile(folder)
        try makeDirectory(folder)
        try makeLink(file, to: "/nowhere/qemu-launcher.conf")
        #expect(refusal() == LaunchFailure(HostFileError.danglingSymbolicLink(path: file)))
    }
}
