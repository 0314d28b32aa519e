import Planning
import TestSupport
import Testing

struct VirtualMachineLookupTests {
    private static let uuid = "0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e6f"

    private func parse(_ text: String) throws(ConfigurationError) -> LauncherConfiguration {
        try LauncherConfiguration(parsing: Array(text.utf8), file: "test.conf")
    }

    private let text = """
        launcher: defaults
        \tspawn deny

        vm: 100
        \tfirmware local:efi-firmware/a.fd
        \tseccomp log
        \tdebug allow

        vm: 101
        \tuuid \(uuid.uppercased())

        vm: router
        \tspawn allow

        vm: \(uuid)
        \tseccomp off
        """

    @Test func `a VM is found by its ID, its name or its UUID`() throws {
        let configuration = try parse(text)
        let byID = try configuration.virtualMachine(vmid: 100, name: "other", uuid: nil)
        #expect(byID?.line == 4)
        #expect(byID?.firmware?.value.description == "local:efi-firmware/a.fd")
        #expect(byID?.firmware?.line == 5)
        let byName = try configuration.virtualMachine(vmid: nil, name: "router", uuid: nil)
        #expect(byName?.line == 12)
        let uuid = MachineUUID(Self.uuid.uppercased())
        let byUUID = try configuration.virtualMachine(vmid: nil, name: nil, uuid: uuid)
        #expect(byUUID?.line == 15)
        #expect(try configuration.virtualMachine(vmid: 1000, name: "x", uuid: nil) == nil)
        #expect(try configuration.virtualMachine(vmid: nil, name: "100", uuid: nil) == nil)
        #expect(try configuration.virtualMachine(vmid: nil, name: nil, uuid: nil) == nil)
    }

    @Test func `what a section does not set comes from the defaults`() throws {
        let configuration = try parse(text)
        let section = try configuration.virtualMachine(vmid: 100, name: nil, uuid: nil)
        #expect(configuration.seccomp(for: section) == Setting(.log, line: 6))
        #expect(configuration.spawn(for: section) == Setting(.deny, line: 2))
        #expect(configuration.debug(for: section) == Setting(.allow, line: 7))
        #expect(configuration.seccomp(for: nil) == Setting(.enforce))
    }

    @Test func `an ID that another VM got later is refused`() throws {
        let configuration = try parse("vm: 101\n\tuuid \(Self.uuid)\n")
        let own = try #require(MachineUUID(Self.uuid))
        let other = MachineUUID("11111111-5b7f-4c2d-9e6a-1f2b3c4d5e6f")
        #expect(try configuration.virtualMachine(vmid: 101, name: nil, uuid: own)?.line == 1)
        for found in [other, nil] {
            let error = try #require(throws: ConfigurationError.self) {
                try configuration.virtualMachine(vmid: 101, name: nil, uuid: found)
            }
            #expect(error.cause == .otherUUID(expected: own, found: found))
            #expect(error.line == 2)
        }
    }

    @Test func `two sections for one VM are refused, whichever way it is named`() throws {
        let configuration = try parse(text)
        let error = try #require(throws: ConfigurationError.self) {
            try configuration.virtualMachine(vmid: 100, name: nil, uuid: MachineUUID(Self.uuid))
        }
        #expect(error.cause == .severalSections(lines: [4, 15]))
    }

    @Test(arguments: [("router", nil), ("x", uuid)] as [(String, String?)])
    func `a section by name or UUID is not for a VM that has an ID, and not passed over`(
        name: String,
        uuid: String?,
    ) throws {
        let uuid = uuid.flatMap { MachineUUID($0) }
        let error = try #require(throws: ConfigurationError.self) {
            try parse(text).virtualMachine(vmid: 200, name: ByteString(name), uuid: uuid)
        }
        #expect(error.cause == .notByVMID(vmid: 200))
        #expect(error.hint == "write 'vm: 200' if it is for this VM")
    }

    @Test(arguments: [
        ("vm: 100\n\tfirmware local:efi-firmware/.a", "starts with a dot"),
        ("vm: 100\n\tfirmware", "no value"),
        ("vm: 100\n\tuuid 1234", "36 characters"),
        ("vm: 100\n\tseccomp maybe", "'enforce', 'log' or 'off'"),
        ("vm: 100\n\tlandlock maybe", "'off', 'log' or 'enforce'"),
        ("vm: 100\n\tcapabilities maybe", "'keep' or 'drop'"),
    ])
    func `wrong values of a VM are errors when it is asked for`(text: String, part: String) throws {
        let configuration = try parse(text)
        #expect(try configuration.virtualMachine(vmid: 101, name: nil, uuid: nil) == nil)
        let error = try #require(throws: ConfigurationError.self) {
            try configuration.virtualMachine(vmid: 100, name: nil, uuid: nil)
        }
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.line == 2)
        #expect(throws: error) { try configuration.virtualMachines() }
    }

    @Test(arguments: [
        "", "0d8a1c3e5b7f4c2d9e6a1f2b3c4d5e6f", "0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e6",
        "0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e6g", "0d8a1c3e-5b7f-4c2d-9e6a01f2b3c4d5e6f",
        "{0d8a1c3e-5b7f-4c2d-9e6a-1f2b3c4d5e}",
    ])
    func `what is not a whole UUID is none`(text: String) {
        #expect(MachineUUID(text) == nil)
    }
}
