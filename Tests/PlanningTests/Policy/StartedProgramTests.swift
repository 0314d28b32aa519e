import Testing

@testable import Planning

/// Which programs QEMU starts is asked in four places: whether it starts one at all (the groups of
/// an option), which may have rights of their own (helpers), which others must not be able to
/// change (the paths of a request), and which Landlock has to let run (the rows of `FileKey`).
struct StartedProgramTests {
    private static let keys = FileKey.table.filter { $0.use == .starts }.map {
        ($0.option.description, $0.key.description)
    }

    @Test(arguments: keys)
    func `a key that names a program is known to all who ask`(option: String, key: String) {
        let words: [ByteString] = ["kvm", "-\(option)", "tap,id=n,\(key)=/opt/x"].map {
            ByteString($0)
        }
        let line = QEMUCommandLine(words)
        #expect(line.options.contains { $0.startsProgram })
        #expect(line.helpers.contains { $0.candidates == ["/opt/x"] })
        #expect(line.programPaths == ["/opt/x"])
        let files = line.options.flatMap(\.namedFiles).filter { $0.use == .starts }
        #expect(files.map(\.path) == ["/opt/x"])
    }

    @Test(
        arguments: [
            ["-netdev", "bridge,id=n"], ["-netdev", "bridge,id=n,helper=/opt/x"],
            ["-netdev", "tap,id=n"], ["-nic", "tap,script=/opt/x"],
            ["-net", "tap,downscript=/opt/x"], ["-incoming", "exec:/opt/x"],
            [
                "-incoming",
                #"{"channel-type":"main","addr":{"transport":"exec","args":["/opt/x"]}}"#,
            ],
        ] as [[ByteString]]
    )
    func `a helper is a program that is started`(words: [ByteString]) {
        let line = QEMUCommandLine(["kvm"] + words)
        #expect(!line.helpers.isEmpty)
        #expect(line.options.contains { $0.startsProgram })
    }

    @Test(
        arguments: [
            ["-netdev", "tap,id=n,fd=3,script=no"], ["-netdev", "user,id=n"],
            ["-netdev", "tap,id=n,script=no,downscript=no"], ["-incoming", "tcp:0:1"],
        ] as [[ByteString]]
    )
    func `what starts no program names none`(words: [ByteString]) {
        let line = QEMUCommandLine(["kvm"] + words)
        #expect(line.helpers.isEmpty && line.programPaths.isEmpty)
        #expect(!line.options.contains { $0.startsProgram })
    }
}
