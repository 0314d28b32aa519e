import Planning
import Testing

struct MachineOptionsTests {
    @Test func `all machine options merge, and the last value of a key wins`() {
        let words = "-M q35,pflash0=a -machine pflash0=b,type=pc --machine usb=off"
        let machine = MachineOptions(QEMUCommandLine(commandLine(words: words)))
        #expect(machine["type"] == "pc")
        #expect(machine["pflash0"] == "b")
        #expect(machine["usb"] == "off")
        #expect(machine["firmware"] == nil)
    }

    @Test func `the type is implied in the first item of each`() {
        #expect(
            MachineOptions(QEMUCommandLine(commandLine(words: "-machine pc -M q35")))["type"]
                == "q35"
        )
    }

    /// Story: `confidential_guest_support=` made a confidential guest that looked like a normal
    /// one.
    @Test(arguments: ["confidential_guest_support", "confidential-guest_support"])
    func `an underscore in a key is a dash`(key: String) {
        let machine = MachineOptions(
            QEMUCommandLine(commandLine("-machine", ByteString("\(key)=sev0")))
        )
        #expect(machine["confidential-guest-support"] == "sev0")
    }

    @Test func `an option without value, or with an empty one, sets nothing`() {
        #expect(MachineOptions(QEMUCommandLine(commandLine(words: "-machine"))).settings.isEmpty)
        #expect(MachineOptions(QEMUCommandLine(commandLine("-machine", ""))).settings.isEmpty)
    }

    @Test func `a comma in a value is doubled`() {
        #expect(
            MachineOptions(QEMUCommandLine(commandLine("-M", "firmware=/a,,b")))["firmware"]
                == "/a,b"
        )
    }
}
