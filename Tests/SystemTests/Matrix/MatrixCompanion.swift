import Foundation

/// A program that a row wants beside QEMU, for as long as this lives.
final class MatrixCompanion {
    private let process = Process()
    private let input = Pipe()

    /// - Parameters:
    ///   - command: its words, split at blanks.
    ///   - path: what it makes once it is ready.
    init(_ command: String, makes path: String, in folder: MatrixFolder) throws {
        let words = command.split(separator: " ").map(String.init)
        try folder.write("companion.out", "")
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        // A switch ends where its input does.
        process.standardInput = input
        process.standardOutput = FileHandle(forWritingAtPath: "\(folder.path)/companion.out")
        process.standardError = process.standardOutput
        MatrixMachine.unblockSignals()
        try process.run()
        for _ in 0..<2400 where !FileManager.default.fileExists(atPath: path) { usleep(25_000) }
        guard FileManager.default.fileExists(atPath: path) else {
            throw MatrixError.timeout(folder.content("companion.out"))
        }
    }

    /// - Parameter words: what the words in braces of a row stand for.
    static func all(
        of row: MatrixRow,
        _ words: [String: String],
        in folder: MatrixFolder,
    ) throws -> [MatrixCompanion] {
        try row.companions.map {
            try MatrixCompanion(
                MatrixHost.expanded($0.command, words),
                makes: MatrixHost.expanded($0.makes, words),
                in: folder
            )
        }
    }

    func end() {
        process.terminate()
        for _ in 0..<80 where process.isRunning { usleep(25_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// Libraries of the host that start, ask or talk to programs of the host.
extension MatrixRow {
    private static let quit = Step.qmp("quit")

    static let companions: [MatrixRow] = [
        // Nobody has the image: librados makes its admin socket, gives up, and QEMU ends.
        MatrixRow(
            "disk: Ceph with an admin socket",
            "-drive driver=rbd,if=none,id=d,pool=p,image=i,user=matrix,"
                + "conf={folder}/ceph.conf",
            companions: [
                Companion(
                    command: "/bin/sh {folder}/ceph {port}",
                    makes: "{folder}/ceph.ready"
                )
            ],
            early: [.mode("ceph.asok"), .ask("ceph.asok", #"{"prefix":"version"}"#, 16)],
            needs: [
                .root, .module("block-rbd"), .program("/usr/bin/ceph-mon"),
                .program("/usr/bin/ceph"), .program("/usr/bin/monmaptool"),
            ],
            fails: true
        ),
        MatrixRow(
            "sound: JACK, whose server is started",
            "-audiodev jack,id=a,out.start-server=on,in.start-server=on,"
                + "out.server-name={tap},in.server-name={tap} -device AC97,audiodev=a",
            [.program("/usr/bin/jack_lsp -s {tap}"), quit],
            environment: ["HOME": "{folder}/home"],
            needs: [
                .module("audio-jack"), .program("/usr/bin/jackd"), .program("/usr/bin/jack_lsp"),
            ]
        ),
        MatrixRow(
            "display: GTK",
            "-display gtk -vga std",
            [.program("/usr/bin/xwininfo -display :{port} -name QEMU -stats"), quit],
            companions: [
                Companion(
                    command: "/usr/bin/Xvfb :{port} -screen 0 1024x768x24 -nolisten tcp",
                    makes: "/tmp/.X11-unix/X{port}"
                )
            ],
            environment: ["DISPLAY": ":{port}"],
            needs: [
                .module("ui-gtk"), .program("/usr/bin/Xvfb"), .program("/usr/bin/xwininfo"),
            ]
        ),
        MatrixRow(
            "display: Vulkan in the guest",
            "-machine q35 -display egl-headless -device virtio-gpu-gl-pci,venus=on,blob=on,"
                + "hostmem=64M",
            [.qmp("query-status"), .qmp("system_reset"), quit],
            needs: [.renderNode, .property("venus", of: "virtio-gpu-gl-pci")]
        ),
    ]
}
