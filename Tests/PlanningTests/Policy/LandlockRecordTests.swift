import Planning
import Testing

struct LandlockRecordTests {
    @Test(arguments: [
        "type=1423 audit(1:2): domain=1", "type=1423 blockers=fs.read_file", "type=1424 domain=1",
        "type=1424 domain=1 status=deallocated denials=3",
    ])
    func `half a record is none`(line: String) {
        #expect(LandlockRecord(parsing: ByteString(line)) == nil)
    }
}
