import Crypto
import Foundation
import Planning
import TestSupport
import Testing

/// Every way of using QEMU that the matrix knows, with custom firmware: it starts as it did, and the
/// guest finds the pinned image in its flash.
@Suite(
    .enabled(if: MatrixHost.isAvailable, "no QEMU: install qemu-system-x86, or set LAUNCHER_QEMU"),
    .enabled(if: Image.isThere, "no OVMF; on Debian the package ovmf has it"),
    .serialized
)
struct MatrixFirmwareTests {
    private static let rows = MatrixRow.here.filter { !["help", "version"].contains($0.name) }

    @Test(arguments: rows)
    func `the guest finds the pinned image in its flash`(row: MatrixRow) async throws {
        let host = try MatrixHost()
        let folder = try MatrixFolder(qemu: host.qemu, spawn: row.spawn, groups: row.groups)
        let pinned = try Image.install(in: folder)
        let words = try host.words(in: folder)
        let companions = try await MatrixCompanion.all(of: row, words, in: folder)
        defer { for companion in companions { companion.end() } }
        for (name, options) in [("machine", row.options), ("destination", row.destination)] {
            guard let options else { continue }
            let machine = try MatrixMachine(
                Products.launcher,
                [
                    "-launcher-config", "\(folder.path)/launcher.conf", "-efi-firmware",
                    Image.volume, "-S",
                ] + host.arguments(of: row, options, words),
                in: folder,
                name: name,
                environment: row.environment.mapValues { MatrixHost.expanded($0, words) }
            )
            defer { machine.end() }
            guard try await machine.connect() else {
                let status = try await machine.status()
                #expect(row.fails, "\(status): \(machine.log)")
                return
            }
            let seen = try await flash(of: machine, row, folder, pinned.count)
            let isPinned = seen == pinned
            #expect(isPinned)
        }
    }

    private func flash(
        of machine: MatrixMachine,
        _ row: MatrixRow,
        _ folder: MatrixFolder,
        _ byteCount: Int,
    ) async throws -> Data {
        // Whoever QEMU has become writes it, from wherever its root is.
        let path = "\(folder.path)/dump/flash"
        let seen = row.options == "{chroot}" ? "/dump/flash" : path
        let saved = await machine.execute(
            "pmemsave",
            #"{"val":\#((1 << 32) - byteCount),"size":\#(byteCount),"filename":"\#(seen)"}"#
        )
        #expect(saved.summary == "ok")
        return try Data(contentsOf: URL(filePath: path))
    }
}

/// The image that the rows' machines get.
private enum Image {
    static let volume = "test:efi-firmware/a.fd"
    private static let file = "/usr/share/OVMF/OVMF_CODE_4M.fd"

    static var isThere: Bool { FileManager.default.isReadableFile(atPath: file) }

    /// Makes a storage in the folder, and pins the image.
    static func install(in folder: MatrixFolder) throws -> Data {
        let image = try Data(contentsOf: URL(filePath: file))
        let storage = "\(folder.path)/storage/template/efi-firmware"
        let manager = FileManager.default
        try manager.createDirectory(atPath: storage, withIntermediateDirectories: true)
        try image.write(to: URL(filePath: "\(storage)/a.fd"))
        try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(storage)/a.fd")
        try manager.createDirectory(
            atPath: "\(folder.path)/dump",
            withIntermediateDirectories: false
        )
        try manager.setAttributes(
            [.posixPermissions: 0o777],
            ofItemAtPath: "\(folder.path)/dump"
        )
        let digest = SHA256.hash(data: image).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
        }.joined()
        let conf = String(
            decoding: try Data(contentsOf: URL(filePath: "\(folder.path)/launcher.conf")),
            as: UTF8.self
        )
        try folder.write(
            "launcher.conf",
            """
            \(conf)
            dir: test
            \tpath \(folder.path)/storage

            firmware: \(volume)
            \tsha256 \(digest)

            """
        )
        return image
    }
}
