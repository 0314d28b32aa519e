import Foundation
import Planning
import Testing

/// A QEMU that takes Proxmox's `-id NUMBER`: the one that is here, with another name for one of its
/// options.
enum ProxmoxQEMU {
    /// It also takes a number, for a serial console on the standard streams; nobody here has one.
    private static let option = Data("echr\0".utf8)
    private static let renamed = Data("id\0\0\0".utf8)

    /// - Returns: the program's path.
    static func install(in store: StagedHost) throws -> String {
        var program = try read(Machine.qemu)
        let place = try #require(program.range(of: option))
        try #require(program.range(of: option, in: place.upperBound..<program.count) == nil)
        program.replaceSubrange(place, with: renamed)

        // QEMU finds its data and modules by way of its own folder.
        let folder = "\(store.path)/usr"
        let own = URL(filePath: Machine.qemu).deletingLastPathComponent()
            .deletingLastPathComponent().path
        try makeDirectory(folder)
        try makeDirectory("\(folder)/bin")
        for name in ["lib", "share"] { try link("\(folder)/\(name)", to: "\(own)/\(name)") }
        let path = "\(folder)/bin/qemu-system-x86_64"
        try write(program, to: path, mode: 0o755)
        return path
    }
}
