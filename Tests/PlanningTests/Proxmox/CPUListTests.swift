import Planning
import Testing

struct CPUListTests {
    @Test(
        arguments: [
            ("0", [0]), ("0,2-3", [0, 2, 3]), ("3,1,2,1-2", [1, 2, 3]), ("0-8:4", [0, 4, 8]),
            ("0-7:3", [0, 3, 6]), ("5-5", [5]), ("8191", [8191]), ("007", [7]),
        ] as [(ByteString, [Int])]
    )
    func `a list has numbers, ranges and steps, as taskset reads them`(
        text: ByteString,
        numbers: [Int]
    ) throws {
        #expect(try CPUList(parsing: text).numbers == numbers)
    }

    @Test(
        arguments: [
            "", ",", "0,", ",0", "a", "-1", "1-", "-", "2-1", "0-1-2", "0:1", "0-1:0", "0-1:",
            "0-1:2:3", ":", "8192", "99999999999999999999", " 0", "0 ", "0x1", "0,\n1",
            ByteString([0xFF]),
        ] as [ByteString]
    )
    func `what is no list is refused in words`(text: ByteString) {
        let error = #expect(throws: CPUListError.self) { try CPUList(parsing: text) }
        #expect(error?.message.hasPrefix("list of CPUs '") == true)
        #expect(error?.exitStatus == .configuration)
    }

    @Test func `the CPUs of a VM are those that taskset is told`() throws {
        let words: [ByteString] = ["/usr/bin/taskset", "--cpu-list", "--all-tasks", "0,2-3"]
        let command = try #require(ProxmoxCommand(words + ["/usr/bin/kvm", "-id", "100"]))
        #expect(try command.affinity()?.numbers == [0, 2, 3])
        #expect(try ProxmoxCommand(["/usr/bin/kvm"])?.affinity() == nil)
    }
}
