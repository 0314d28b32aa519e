import Foundation
import Planning
import Testing

/// A VM's configuration and the command that Proxmox makes of it, as qemu-server has them for its
/// own regression tests (src/test/cfg2cmd).
struct ProxmoxPair: CustomTestStringConvertible, Sendable {
    private static let folder = PackageFiles.corpus.appending(path: "pve-cfg2cmd")

    /// None where the data is not there.
    static let all: [ProxmoxPair] = {
        guard PackageFiles.hasCorpus else { return [] }
        let files = (try? PackageFiles.files(in: folder, suffix: ".conf")) ?? []
        return files.map { ProxmoxPair(name: $0.lastPathComponent) }
    }()

    let name: String
    var testDescription: String { name }

    func command() throws -> [ByteString] {
        let file = Self.folder.appending(path: "\(name).cmd")
        return try ShellWords(PackageFiles.bytes(of: file)).words
    }

    func configuration() throws -> GuestConfiguration.Settings {
        let bytes = try PackageFiles.bytes(of: Self.folder.appending(path: name))
        return GuestConfiguration(parsing: bytes, vmid: 8006).current
    }
}
