import Host
import Planning
import Testing

@testable import launcherctl

struct JSONOutputTests {
    @Test func `keys are sorted, and slashes are left alone`() throws {
        let text = try jsonText(["b": "/usr", "a": "1"])
        #expect(text == "{\n  \"a\" : \"1\",\n  \"b\" : \"/usr\"\n}")
    }

    @Test func `what cannot be written is a defect of ours, and not an empty object`() {
        let failure = #expect(throws: LaunchFailure.self) { try jsonText([Double.nan]) }
        #expect(failure?.exitStatus == .software)
    }
}
