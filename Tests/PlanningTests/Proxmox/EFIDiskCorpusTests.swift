import Foundation
import Planning
import Testing

/// VM configurations of qemu-server's own regression tests, and the command lines that Proxmox
/// makes of them: the paths that it finds have to be the paths that we find.
struct EFIDiskCorpusTests {
    private static let folder = PackageFiles.corpus.path

    private static func read(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/pve-cfg2cmd/\(name)", encoding: .utf8)
    }

    private static var isPresent: Bool {
        FileManager.default.fileExists(atPath: "\(folder)/pve-cfg2cmd")
    }

    @Test(
        .enabled(if: isPresent, "no corpus; name its folder in LAUNCHER_CORPUS"),
        arguments: [
            "efi-raw-old", "efi-raw-template", "efi-raw", "efi-secboot-and-tpm-q35",
            "q35-linux-hostpci", "q35-linux-hostpci-driver-keep", "q35-linux-hostpci-multifunction",
            "q35-simple", "q35-simple-pinned-6.1", "sev-std",
        ]
    )
    func `an EFI disk has the path that Proxmox gives to QEMU`(name: String) throws {
        let configuration = try Self.read("\(name).conf")
        let prefix = "efidisk0: "
        let line = try #require(configuration.split(separator: "\n").first { $0.hasPrefix(prefix) })
        let disk = try EFIDisk(parsing: ByteString(line.dropFirst(prefix.count)))
        let storages = try StorageConfiguration(.defaults, storageConfiguration: nil)
        let store = try storages.variableStore(of: disk, on: "localhost")

        let command = try Self.read("\(name).conf.cmd")
        let path = try #require(store.path.text)
        // After it the value ends in JSON, or in a shell's quote or a comma.
        #expect(["\"", "'", ","].contains { command.contains(path + $0) }, "\(path)")
        let format = store.format.rawValue
        #expect(
            command.contains("\"driver\":\"\(format)\"") || command.contains("format=\(format),")
        )
    }
}
