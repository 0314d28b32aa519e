import Planning
import Testing

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
