import Foundation
import TestSupport
import Testing

/// Planning's folders are its rooms, and what stands in one knows only what is below it.
struct PlanningRoomsTests {
    /// Which rooms a room may use. Each stands after those that it uses, so there is no circle.
    static let rooms: [(name: String, uses: Set<String>)] = [
        ("Text", []),
        ("Image", ["Text"]),
        ("Proxmox", ["Text"]),
        ("QEMU", ["Text", "Image", "Proxmox"]),
        ("Judgement", ["Text", "Image", "QEMU"]),
        ("Measurement", ["Text", "Image", "QEMU", "Judgement"]),
        ("Policy", ["Text", "Image", "Proxmox", "QEMU"]),
        ("Configuration", ["Text", "Image", "Proxmox", "QEMU", "Judgement", "Policy"]),
        (
            "Launch",
            [
                "Text", "Image", "Proxmox", "QEMU", "Judgement", "Measurement", "Policy",
                "Configuration",
            ]
        ),
    ]

    /// Names that mean something else where they are used.
    static let namesakes: [(room: String, name: String, because: String)] = [
        ("Judgement", "Verdict", "FirmwareFitness.Verdict"),
        ("QEMU", "Verdict", "QEMUDevice.Verdict"),
    ]

    @Test func `a room uses the rooms that the table gives it, and no others`() throws {
        let folder = PackageFiles.root.appending(path: "Sources/Planning").resolvingSymlinksInPath()
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") && $0.contains("/") }
        #expect(files.count > 100)
        let sources = try files.map {
            RoomSource($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
        #expect(Set(sources.map(\.room)) == Set(Self.rooms.map(\.name)))
        #expect(Self.forbidden(in: sources) == [])
        for (room, name, _) in Self.namesakes {
            let isUsed = sources.contains { $0.room == room && $0.used.contains(name) }
            #expect(isUsed, "\(name) is no namesake in \(room) any more")
        }
    }

    @Test func `the table has no circle`() {
        for (index, room) in Self.rooms.enumerated() {
            #expect(room.uses.isSubset(of: Self.rooms[..<index].map(\.name)), "\(room.name)")
        }
    }

    @Test(arguments: [
        ("struct Low { let plan: Plan }", ["Text/Low.swift: Plan of Launch"]),
        ("func low() { plan(1) }", ["Text/Low.swift: plan of Launch"]),
        (#"let text = "\(Plan())""#, ["Text/Low.swift: Plan of Launch"]),
        ("// Plan\n/* Plan /* */ Plan */ struct Low {}", []),
        (##"let text = "Plan" + #"\(Plan) " Plan"#"##, []),
        ("let text = \"\"\"\n  Plan \"Plan\"\n  \"\"\"", []),
        ("let low = other.Plan + other.plan(1)", []),
        // One of its own, which others do not see.
        ("private struct Plan {}\nlet low = Plan()", []),
    ])
    func `what a room may not use is found`(low: String, found: [String]) {
        let sources = [
            RoomSource("Text/Low.swift", low),
            RoomSource("Launch/Plan.swift", "package struct Plan {}\nfunc plan(_ low: Int) {}"),
        ]
        #expect(Self.forbidden(in: sources) == found)
    }

    /// `FILE: NAME of ROOM`, in order.
    private static func forbidden(in sources: [RoomSource]) -> [String] {
        var owners: [String: Set<String>] = [:]
        for source in sources {
            for name in source.declared { owners[name, default: []].insert(source.room) }
        }
        return sources.flatMap { source -> [String] in
            let allowed = rooms.first { $0.name == source.room }?.uses.union([source.room]) ?? []
            return source.used.sorted().compactMap { name in
                // A function may have namesakes in several rooms: one that may be used is enough.
                guard let owners = owners[name], owners.isDisjoint(with: allowed),
                    !namesakes.contains(where: { $0.room == source.room && $0.name == name })
                else { return nil }
                return "\(source.file): \(name) of \(owners.sorted().joined(separator: ", "))"
            }
        }
    }
}

/// What a file of a room declares for others, and which names it uses.
private struct RoomSource {
    let file: String
    let room: String
    private(set) var declared: Set<String> = []
    private(set) var used: Set<String> = []

    /// - Parameter file: below Planning's folder.
    init(_ file: String, _ text: String) {
        self.file = file
        room = String(file.prefix { $0 != "/" })
        let words = SwiftSource(text).words
        var own: Set<String> = []
        for (index, word) in words.enumerated() where index > 0 {
            let kind = words[index - 1]
            guard kind.depth == 0, !kind.isMember, Self.kinds.contains(kind.text) else { continue }
            let isPrivate = index > 1 && ["private", "fileprivate"].contains(words[index - 2].text)
            if isPrivate { own.insert(word.text) } else { declared.insert(word.text) }
        }
        for word in words where !word.isMember && !own.contains(word.text) {
            // Types by their name wherever it stands, functions where they are called.
            if word.isCall || word.text.first?.isUppercase == true { used.insert(word.text) }
        }
    }

    private static let kinds: Set<String> = [
        "struct", "enum", "class", "protocol", "typealias", "func",
    ]
}
