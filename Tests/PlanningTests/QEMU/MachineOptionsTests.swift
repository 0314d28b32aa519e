import Planning
import Testing

struct MachineOptionsTests {
    @Test func `all machine options merge, and the last value of a key wins`() {
        let machine = MachineOptions(
            commandLine(words: "-M q35,pflash0=a -machine pflash0=b,type=pc --machine usb=off")
        )
        #expect(machine["type"] == "pc")
        #expect(machine["pflash0"] == "b")
        #expect(machine["usb"] == "off")
        #expect(machine["firmware"] == nil)
    }

    @Test func `the type is implied in the first item of each`() {
        #expect(MachineOptions(commandLine(words: "-machine pc -M q35"))["type"] == "q35")
    }

    /// Story: `confidential_guest_support=` made a confidential guest that looked like a normal
    /// one.
    @Test(arguments: ["confidential_guest_support", "confidential-guest_support"])
    func `an underscore in a key is a dash`(key: String) {
        let machine = MachineOptions(commandLine("-machine", ByteString("\(key)=sev0")))
        #expect(machine["confidential-guest-support"] == "sev0")
    }

    @Test func `an option without value, or with an empty one, sets nothing`() {
        #expect(MachineOptions(commandLine(words: "-machine")).settings.isEmpty)
        #expect(MachineOptions(commandLine("-machine", "")).settings.isEmpty)
    }

    @Test func `a comma in a value is doubled`() {
        #expect(MachineOptions(commandLine("-M", "firmware=/a,,b"))["firmware"] == "/a,b")
    }
}
