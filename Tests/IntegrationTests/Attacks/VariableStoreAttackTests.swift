import Foundation
import Planning
import Testing

/// Whatever is flash unit 1 is written by the guest: code there would be lost at its first start.
@Suite(.launching, .needsProducts, .needsFirmware)
struct VariableStoreAttackTests {
    private static let commandLines: [[ByteString]] = [
        ["-drive", "if=pflash,unit=1,format=raw,file=$code"],
        ["-drive", "if=pflash,index=1,format=raw,file=$code"],
        ["-drive", "if=pflash,unit=+1,format=raw,file=$code"],
        ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/x", "-pflash", "$code"],
        ["-drive", "if=pflash,unit=1,driver=raw,file.driver=file,file.filename=$code"],
        [
            "-drive",
            """
            if=pflash,unit=1,file=json:{"driver":"raw",,"file":{"driver":"file",,\
            "filename":"$code"}}
            """,
        ],
        ["-efidisk0", "$code,efitype=4m,format=raw"],
        ["-efidisk0", "$code"],
        [
            "-blockdev", "driver=file,node-name=c,filename=/x,read-only=on",
            "-blockdev", "driver=raw,node-name=v,file.driver=file,file.filename=$code",
            "-machine", "pflash0=c,pflash1=v",
        ],
        [
            "-blockdev", "driver=file,node-name=c,filename=/x,read-only=on",
            "-blockdev",
            #"{"driver":"raw","node-name":"v","file":{"driver":"file","filename":"$code"}}"#,
            "-machine", "pflash0=c,pflash1=v",
        ],
    ]

    @Test(arguments: commandLines)
    func `a code image in the variable store's place is refused, and left as it is`(
        words: [ByteString]
    ) async throws {
        let store = try StagedHost()
        let code = try read(Machine.codeImage)
        try write(code, to: "\(store.path)/code", mode: 0o600)
        let request = store.launcher(
            StagedHost.firmware + words.map { AttackFiles.expanded($0, store) }
        )
        let outcome = try await run(request)
        #expect(outcome.end == .status(65), "\(outcome)")
        #expect(outcome.complaints.first?.contains("FW-E15") == true, "\(outcome)")
        #expect(try store.report() == nil)
        #expect(try read("\(store.path)/code") == code)
    }

    /// As many options as a command line takes, and each was once looked at anew for each other.
    @Test func `sixty thousand -bios are as one`() async throws {
        let store = try StagedHost()
        let words = Array(repeating: ["-bios", "a"] as [ByteString], count: 60_000).joined()
        let outcome = try await run(
            store.launcher(StagedHost.firmware + words),
            // As long as a machine may be busy; when each was compared with each, it was minutes.
            atMost: .seconds(120)
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let report = try #require(try store.report())
        #expect(!report.arguments.contains("-bios"))
        #expect(try store.imageOfReport() == read(store.image))
    }
}
