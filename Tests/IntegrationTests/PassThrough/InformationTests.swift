import Foundation
import Planning
import Testing

/// Calls that only ask QEMU for something, and calls that start a VM, where the configuration is
/// of no use: the first are answered, the second are not.
@Suite(.launching, .needsProducts)
struct InformationTests {
    /// One way in which a configuration can be of no use, and what is said about it.
    struct Trouble: CustomTestStringConvertible, Sendable {
        let name: String
        let status: Int32
        let message: String
        let spoil: @Sendable (StagedHost) throws -> Void

        var testDescription: String { name }
    }

    private static let troubles = [
        Trouble(name: "missing", status: 78, message: "'$conf': no such file") {
            try remove($0.configuration)
        },
        Trouble(
            name: "a link to nowhere",
            status: 78,
            message: "'$conf': the symbolic link leads nowhere",
        ) {
            try remove($0.configuration)
            try link($0.configuration, to: "nowhere")
        },
        Trouble(
            name: "a directory",
            status: 78,
            message: "'$conf': not a regular file (found a directory)",
        ) {
            try remove($0.configuration)
            try makeDirectory($0.configuration)
        },
        Trouble(
            name: "writable by its group",
            status: 77,
            message: "'$conf': writable by group or others (mode 0664)",
        ) {
            try change($0.configuration, mode: 0o664)
        },
        Trouble(
            name: "not understood",
            status: 78,
            message:
                "$conf line 3: not understood (expected 'TYPE: ID', or a setting indented below"
                + " one, found 'nonsense')",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tqemu /bin/true\nnonsense\n".utf8))
        },
        Trouble(
            name: "an unknown key",
            status: 78,
            message: "$conf line 2: section 'launcher: defaults': unknown key 'secomp'",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tsecomp off\n".utf8))
        },
        Trouble(
            name: "a wrong value",
            status: 78,
            message: "$conf line 2: section 'launcher: defaults': 'seccomp': wrong value"
                + " (expected 'enforce', 'log' or 'off', found 'on')",
        ) {
            try $0.writeConfiguration(Data("launcher: defaults\n\tseccomp on\n".utf8))
        },
        Trouble(
            name: "a NUL",
            status: 78,
            message: "$conf line 1: hidden or control character (U+0000)",
        ) {
            try $0.writeConfiguration(Data("launcher: def\0aults\n".utf8))
        },
        Trouble(name: "not text", status: 78, message: "$conf line 2: not UTF-8 text") {
            try $0.writeConfiguration(Data("# \n# ".utf8) + [0xFF, 0x0A])
        },
    ]

    @Test(.needsQEMU, arguments: troubles)
    func `QEMU answers what it is asked`(trouble: Trouble) async throws {
        let store = try StagedHost()
        try trouble.spoil(store)
        for question in [
            ["--version"], ["-version"], ["-help"], ["-h"], ["-cpu", "help"], ["-machine", "help"],
            ["-M", "help"], ["-device", "virtio-blk-pci,help"], ["-id", "100", "-version"],
        ] as [[ByteString]] {
            var direct = store.launcher(question)
            direct.program = Machine.qemu
            direct.arguments.removeSubrange(1...2)
            let expected = try await run(direct)
            let answer = try await run(store.launcher(question))
            #expect(answer.end == expected.end, "\(question): \(answer.errors)")
            #expect(answer.output == expected.output)
            #expect(answer.errors == expected.errors)
        }
    }

    @Test(arguments: troubles)
    func `no VM is started, and the message leads to the place`(trouble: Trouble) async throws {
        let store = try StagedHost()
        try trouble.spoil(store)
        let outcome = try await run(store.launcher(["-id", "100", "-m", "512"]))
        #expect(outcome.end == .status(trouble.status))
        #expect(
            outcome.complaints.first
                == "qemu-launcher: error: vm 100: "
                + trouble.message.replacing("$conf", with: store.configuration)
        )
        #expect(try store.report() == nil)
    }

    /// Story: what looked like a question started other firmware.
    @Test func `a call that asks for firmware is never only a question`() async throws {
        let store = try StagedHost()
        let call = store.launcher(StagedHost.firmware + ["-version"])
        #expect(try await run(call).end == .status(0))
        #expect(try store.imageOfReport() == read(store.image))
        try remove(store.image)
        #expect(try await run(call).end == .status(66))
    }
}
