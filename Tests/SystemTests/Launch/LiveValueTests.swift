import Foundation
import Planning
import TestSupport
import Testing

/// How QEMU itself splits values: what it says a key has is what our parsers read.
@Suite(
    .enabled(if: Machine.hasQEMU, "\(Machine.qemu) is not installed"),
    .serialized
)
struct LiveValueTests {
    /// The values that QEMU does not take.
    private static let refused: Set<String> = [
        "a=b", "guest='a,b'",
        #"{"qom-type":"authz-simple","id":"x","identity":"a","identity":"b"}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"\x"}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a"},"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a",}"#,
    ]

    /// QemuOpts, by the name of a guest (`-name`, whose implied key is `guest`).
    @Test(arguments: [
        "a", "a,,b", "guest=a", "guest=a,,b=c", "guest=a,guest=b", "a,guest=b", "guest=",
        "guest=,,", "guest=,,,process=p", "a=b", "a,,", "a,process=p", "process=p,guest=x",
        "process=p,,q,guest=x", "guest= a b ", "guest=a=b=c", "guest=\\,process=p", "guest='a,b'",
        "guest=\"a,,b\"", "guest=no", "guest=a,debug-threads=on", "guest=a,debug-threads",
        "guest=a,nodebug-threads", "guest==", "guest=a,,,,b", ",guest=a", "guest=é,process=p",
    ])
    func `the name of a guest`(value: String) throws {
        let answer = try ask(["-name", value], #"{"execute":"query-name"}"#)
        #expect(answer.started == !Self.refused.contains(value))
        guard answer.started else { return }
        let read = KeyValueList(ByteString(value), impliedKey: "guest")["guest"]
        #expect(read?.text ?? "" == answer.value["name"] as? String ?? "")
    }

    /// keyval and JSON, by the identity of an authorization object.
    @Test(arguments: [
        "authz-simple,id=x,identity=a", "authz-simple,id=x,identity=a,,b",
        "qom-type=authz-simple,id=x,identity=a=b", "authz-simple,id=x,identity=a,identity=b",
        "authz-simple,id=x,identity=,,", "authz-simple,id=x,identity=",
        "authz-simple,identity= ,id=x",
        "id=x,qom-type=authz-simple,identity=a,,,,", "authz-simple,id=x,identity={a}",
        #"{"qom-type":"authz-simple","id":"x","identity":"a"}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a,b\u00e9\n\"\/\\"}"#,
        "{'qom-type':'authz-simple','id':'x','identity':'a\"b'}",
        #"{"qom-type":"authz-simple","id":"x","identity":"\ud83d\ude00"}"#,
        #"{ "id" : "x" ,"qom-type":"authz-simple", "identity":""}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a","identity":"b"}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"\x"}"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a"} "#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a"},"#,
        #"{"qom-type":"authz-simple","id":"x","identity":"a",}"#,
    ])
    func `a property of an object`(value: String) throws {
        let answer = try ask(
            ["-object", value],
            #"{"execute":"qom-get","arguments":{"path":"/objects/x","property":"identity"}}"#
        )
        let read: ByteString?
        if value.hasPrefix("{") {
            read = try? JSONReader.read(ByteString(value))["identity"]?.string
            // What we cannot read, QEMU cannot either.
            if read == nil { #expect(!answer.started) }
        } else {
            read = KeyValueList(ByteString(value), impliedKey: "qom-type")["identity"]
        }
        #expect(answer.started == !Self.refused.contains(value))
        guard answer.started else { return }
        #expect(read?.text == answer.value["value"] as? String)
    }

    private struct Answer {
        /// Whether QEMU took the command line.
        var started = false
        /// What it returned; a bare value is under `value`.
        var value: [String: Any] = [:]
    }

    private func ask(_ arguments: [String], _ command: String) throws -> Answer {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: Machine.qemu)
        process.arguments =
            ["-M", "none", "-nodefaults", "-no-user-config", "-display", "none", "-qmp", "stdio"]
            + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let commands = [#"{"execute":"qmp_capabilities"}"#, command, #"{"execute":"quit"}"#]
        // A QEMU that is gone already reads none of it.
        try? input.fileHandleForWriting.write(
            contentsOf: Data(commands.joined(separator: "\n").utf8)
        )
        try input.fileHandleForWriting.close()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()

        let answers = try said.split(separator: UInt8(ascii: "\n")).compactMap {
            try JSONSerialization.jsonObject(with: $0) as? [String: Any]
        }.compactMap { $0["return"] }
        guard answers.count > 1 else { return Answer() }
        return Answer(
            started: true,
            value: answers[1] as? [String: Any] ?? ["value": answers[1]]
        )
    }
}

/// The table of devices, held against the QEMU that is here.
struct LiveDeviceTests {
    /// A device that this host's QEMU has and the table has not would be refused.
    @Test(.enabled(if: Machine.hasQEMU, "no QEMU on this host"))
    func `every device of this host's QEMU has its row, but for those of other machines`() throws {
        let text = try printed(["-device", "help"])
        let names = text.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^name "([^"]+)"/)?.1
        }
        #expect(names.count > 100)
        let unknown = names.filter { QEMUDevice.named(ByteString($0)) == nil }
        #expect(unknown.allSatisfy { $0.hasPrefix("xen-") || $0.hasPrefix("nitro") }, "\(unknown)")
    }

    private func printed(_ words: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: Machine.qemu)
        process.arguments = words
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
