import Planning
import TestSupport
import Testing

struct BlockGraphTests {
    private static let image: ByteString = "/proc/self/fd/9"

    private func placed(_ blockdevs: ByteString..., top: ByteString = "p") throws -> [ByteString] {
        let vector = commandLine(blockdevs: blockdevs)
        var graph = try BlockGraph(vector)
        let node = try #require(graph.node(named: top))
        try graph.placeImage(at: Self.image, below: graph.chain(from: node))
        return vector.all("blockdev").compactMap { graph.definitions[$0.index]?.text }
    }

    @Test func `a file below a raw node changes its name only`() throws {
        #expect(
            try placed(
                #"{"driver":"raw","file":{"driver":"file","filename":"/a"},"node-name":"p","read-only":true}"#
            ) == [
                #"{"driver":"raw","file":{"driver":"file","filename":"/proc/self/fd/9"},"node-name":"p","read-only":true}"#
            ]
        )
    }

    @Test(
        arguments: [
            // Writable on the way down, in both spellings.
            (
                #"{"driver":"raw","node-name":"p","file":{"driver":"file","filename":"/a","read-only":false}}"#,
                #"{"driver":"raw","node-name":"p","file":{"driver":"file","filename":"/proc/self/fd/9","read-only":true},"read-only":true}"#
            ),
            (
                "raw,node-name=p,read-only=off,file.driver=file,file.filename=/a",
                "raw,node-name=p,read-only=on,file.driver=file,file.filename=/proc/self/fd/9"
            ),
            // A window into the file, and a format around it.
            (
                "raw,node-name=p,read-only=on,offset=0,size=4096,file.driver=file,file.filename=/a",
                "raw,node-name=p,read-only=on,file.driver=file,file.filename=/proc/self/fd/9"
            ),
            (
                #"{"driver":"qcow2","node-name":"p","read-only":true,"lazy-refcounts":true,"backing":{"driver":"file","filename":"/b"},"file":{"driver":"file","filename":"/a"}}"#,
                #"{"driver":"raw","node-name":"p","read-only":true,"file":{"driver":"file","filename":"/proc/self/fd/9"}}"#
            ),
            // Another protocol.
            (
                "raw,node-name=p,read-only=on,file.driver=nbd,file.server.type=unix,file.server.path=/s",
                "raw,node-name=p,read-only=on,file.driver=file,file.filename=/proc/self/fd/9"
            ),
            (
                #"{"driver":"host_device","filename":"/dev/x","node-name":"p","aio":"io_uring","read-only":true}"#,
                #"{"driver":"file","node-name":"p","read-only":true,"filename":"/proc/self/fd/9"}"#
            ),
            // A filter keeps its place.
            (
                #"{"driver":"throttle","throttle-group":"g","node-name":"p","read-only":true,"file":{"driver":"raw","file":{"driver":"file","filename":"/a"}}}"#,
                #"{"driver":"throttle","throttle-group":"g","node-name":"p","read-only":true,"file":{"driver":"raw","file":{"driver":"file","filename":"/proc/self/fd/9"}}}"#
            ),
            // Given twice, the last filename would win.
            (
                "file,node-name=p,read-only=on,filename=/a,filename=/b",
                "file,node-name=p,read-only=on,filename=/proc/self/fd/9"
            ),
        ] as [(ByteString, ByteString)]
    )
    func `the image takes the protocol node's place, read-only all the way down`(
        before: ByteString,
        after: ByteString
    ) throws {
        #expect(try placed(before) == [after])
    }

    @Test func `a chain of references is followed and each definition made read-only`() throws {
        #expect(
            try placed(
                #"{"driver":"file","filename":"/a","node-name":"s","auto-read-only":true,"discard":"unmap"}"#,
                #"{"node-name":"p","read-only":true,"driver":"raw","file":"s"}"#
            ) == [
                #"{"driver":"file","filename":"/proc/self/fd/9","node-name":"s","auto-read-only":true,"discard":"unmap","read-only":true}"#,
                #"{"node-name":"p","read-only":true,"driver":"raw","file":"s"}"#,
            ]
        )
    }

    @Test func `a node nested in another definition can be the one that is named`() throws {
        let text: ByteString =
            #"{"driver":"raw","node-name":"o","file":{"driver":"file","filename":"/a","node-name":"p"}}"#
        #expect(
            try placed(text) == [
                #"{"driver":"raw","node-name":"o","file":{"driver":"file","filename":"/proc/self/fd/9","node-name":"p","read-only":true}}"#
            ]
        )
    }

    @Test(
        arguments: [
            ["raw,node-name=p,file=p"],
            ["raw,node-name=p,file=q", "raw,node-name=q,file=p"],
        ] as [[ByteString]]
    )
    func `a loop is refused`(blockdevs: [ByteString]) throws {
        let vector = commandLine(blockdevs: blockdevs)
        let graph = try BlockGraph(vector)
        let node = try #require(graph.node(named: "p"))
        #expect(throws: AttachmentError.nodeLoop(name: "p")) { try graph.chain(from: node) }
    }

    @Test func `a chain deeper than any real one is refused`() throws {
        let deep = (0..<40).map { ByteString("raw,node-name=n\($0),file=n\($0 + 1)") }
        let vector = commandLine(blockdevs: deep)
        let graph = try BlockGraph(vector)
        let node = try #require(graph.node(named: "n0"))
        #expect(throws: AttachmentError.nodeLoop(name: "n0")) { try graph.chain(from: node) }
    }

    @Test func `a node that is missing or defined twice is refused`() throws {
        let missing = try BlockGraph(commandLine("-blockdev", "raw,node-name=p,file=gone"))
        let node = try #require(missing.node(named: "p"))
        #expect(throws: AttachmentError.unknownNode(name: "gone", usedBy: nil)) {
            try missing.chain(from: node)
        }
        #expect(throws: AttachmentError.self) {
            try BlockGraph(
                commandLine(
                    "-blockdev",
                    "raw,node-name=o,file.driver=file,file.node-name=p",
                    "-blockdev",
                    "file,node-name=p"
                )
            )
        }
    }

    @Test(arguments: ["luks", "quorum", "blkdebug", "copy-on-read", "snapshot-access", ""])
    func `a driver that could change the bytes on the way is refused`(driver: String) {
        #expect(throws: AttachmentError.self) {
            try placed(ByteString("driver=\(driver),node-name=p,file.driver=file,file.filename=/a"))
        }
    }

    @Test func `JSON that cannot be read is refused with its option`() {
        #expect(
            throws: AttachmentError.unreadableJSON(
                option: #"'-blockdev {"driver"'"#,
                .unexpected(at: 9)
            )
        ) { try BlockGraph(commandLine("-blockdev", #"{"driver""#)) }
    }
}

struct BlockDefinitionTests {
    private static let json: ByteString =
        #"{"driver":"raw","node-name":"top","read-only":true,"file":{"driver":"file","filename":"/a"}}"#
    private static let keyValue: ByteString =
        "raw,node-name=top,read-only=on,file.driver=file,file.filename=/a"

    @Test(arguments: [json, keyValue])
    func `both spellings say the same`(text: ByteString) throws {
        let definition = try BlockDefinition(text)
        #expect(definition.string(at: ["driver"]) == "raw")
        #expect(definition.string(at: ["file", "filename"]) == "/a")
        #expect(definition.truth(at: ["read-only"]) == true)
        #expect(definition.truth(at: ["file", "read-only"]) == nil)
        #expect(definition.hasObject(at: ["file"]))
        #expect(!definition.hasObject(at: ["driver"]))
        #expect(definition.keys(at: []) == ["driver", "node-name", "read-only", "file"])
        #expect(definition.keys(at: ["file"]) == ["driver", "filename"])
        #expect(definition.text == text)
    }

    @Test(
        arguments: [
            (
                json,
                #"{"driver":"raw","node-name":"top","read-only":true,"file":{"driver":"file","filename":"/b,\"c"}}"#
            ),
            (
                keyValue,
                #"raw,node-name=top,read-only=on,file.driver=file,file.filename=/b,,"c"#
            ),
        ] as [(ByteString, ByteString)]
    )
    func `a new value replaces the old one and nothing else`(
        text: ByteString,
        expected: ByteString
    ) throws {
        let changed = try BlockDefinition(text).setting(["file", "filename"], to: #"/b,"c"#)
        #expect(changed.text == expected)
        #expect(changed.string(at: ["file", "filename"]) == #"/b,"c"#)
    }

    @Test(arguments: [json, keyValue])
    func `a new truth value is read back`(text: ByteString) throws {
        let changed = try BlockDefinition(text).setting(["file", "read-only"], to: true)
        #expect(changed.truth(at: ["file", "read-only"]) == true)
        #expect(
            try changed.setting(["file", "read-only"], to: false).truth(
                at: ["file", "read-only"]) == false
        )
    }

    @Test(
        arguments: [
            (json, #"{"driver":"raw","node-name":"top"}"#), (keyValue, "raw,node-name=top"),
        ] as [(ByteString, ByteString)]
    )
    func `what is not kept goes with all below it`(
        text: ByteString,
        expected: ByteString
    ) throws {
        let kept = try BlockDefinition(text).keeping(["driver", "node-name"], at: [])
        #expect(kept.text == expected)
    }

    @Test func `the driver is implied in the first item`() throws {
        let definition = try BlockDefinition("qcow2,node-name=a")
        #expect(try definition.setting(["driver"], to: "raw").text == "driver=raw,node-name=a")
    }

    /// QEMU decides by the first byte alone.
    @Test func `a blank in front of the brace makes it key and value`() throws {
        #expect(try BlockDefinition(#" {"driver":"file"}"#).string(at: ["node-name"]) == nil)
        #expect(throws: JSONError.self) { try BlockDefinition(#"{"driver":"file""#) }
    }

    @Test func `dots in JSON keys are no paths`() throws {
        let definition = try BlockDefinition(#"{"driver":"raw","file.filename":"/evil"}"#)
        #expect(definition.string(at: ["file", "filename"]) == nil)
        #expect(!definition.hasObject(at: ["file"]))
    }
}
