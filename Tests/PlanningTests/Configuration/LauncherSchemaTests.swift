import Planning
import Testing

/// Keys of launcher.conf stand in the schema and where they are read.
struct LauncherSchemaTests {
    /// A section of each type that can be read, by the key that makes it so.
    private static func section(_ type: String) -> (id: String, needs: [String: String]) {
        switch type {
        case "launcher": ("defaults", [:])
        case "vm": ("100", [:])
        case "firmware":
            ("local:snippets/a", ["sha256": String(repeating: "ab", count: 32)])
        case "vendor": ("acme", ["key": "/etc/qemu-launcher/acme.pub"])
        default: ("demo", ["path": "/srv/demo"])
        }
    }

    private static let keys = SectionSchema.launcher.types.flatMap { type in
        type.keys.map { (type.name, $0.name) }
    }

    private func read(_ type: String, _ lines: [String]) throws(ConfigurationError) {
        let text = "\(type): \(Self.section(type).id)\n" + lines.map { "\t\($0)\n" }.joined()
        let configuration = try LauncherConfiguration(parsing: Array(text.utf8), file: "test.conf")
        // Sections of VMs are read when somebody asks for one.
        _ = try configuration.virtualMachines()
    }

    /// A key that the schema has and nobody reads would be accepted, and mean nothing.
    @Test(arguments: keys)
    func `whoever writes a key is told of a wrong value`(type: String, key: String) throws {
        let needed = Self.section(type).needs.filter { $0.key != key }
            .map { "\($0.key) \($0.value)" }
        // A comment is for people, and may be anything.
        guard key != "comment" else { return try read(type, needed + ["comment ?"]) }
        let error = try #require(throws: ConfigurationError.self) {
            try read(type, needed + ["\(key) ?"])
        }
        #expect(error.line == needed.count + 2, "\(error.message)")
    }

    @Test func `a section with what it needs is read`() throws {
        for type in SectionSchema.launcher.types {
            let needed = Self.section(type.name).needs.map { "\($0.key) \($0.value)" }
            try read(type.name, needed)
        }
    }
}
