import Host
import Planning
import SystemPackage
import Testing

struct ClusterFilesTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try makeDirectory(directory.path.appending("nodes"))
    }

    private func addNode(_ name: String, guests: [String: String] = [:]) throws {
        let node = directory.path.appending("nodes").appending(name)
        try makeDirectory(node)
        try makeDirectory(node.appending("qemu-server"))
        for (name, text) in guests {
            try write(Array(text.utf8), to: node.appending("qemu-server").appending(name))
        }
    }

    @Test func `every node's VMs are read, and nothing else`() throws {
        try addNode(
            "pve1",
            guests: ["100.conf": "bios: ovmf\n", "100.conf.tmp": "", "99.conf": ""]
        )
        try addNode("pve2", guests: ["101.conf": "", "a.conf": "", "0101.conf": ""])
        let files = ClusterFiles(below: directory.path)
        #expect(files.guests.map(\.guest.vmid) == [100, 101])
        #expect(files.guests.map(\.node) == ["pve1", "pve2"])
        #expect(files.guests.first?.guest.current.isUEFI == true)
        #expect(files.failures.isEmpty)
    }

    @Test func `a configuration that others could have written is a failure, not a VM`() throws {
        try addNode("pve1", guests: ["100.conf": ""])
        let path = directory.path.pushing("nodes/pve1/qemu-server/100.conf")
        try change(path, mode: 0o666)
        let files = ClusterFiles(below: directory.path)
        #expect(files.guests.isEmpty)
        #expect(files.failures.count == 1)
    }

    @Test func `a node tells its launcher's version, or has none`() throws {
        try addNode("pve1")
        try addNode("pve2")
        let path = directory.path.appending("nodes").appending("pve2")
        try write(Array("1.2.3\n".utf8), to: path.appending("qemu-launcher.version"))
        let files = ClusterFiles(below: directory.path)
        #expect(files.nodes.map(\.name) == ["pve1", "pve2"])
        #expect(files.nodes.map(\.version) == [nil, "1.2.3"])
    }

    @Test func `a host without a cluster has nothing, and nothing is wrong`() {
        let files = ClusterFiles(below: directory.path.appending("missing"))
        #expect(files.nodes.isEmpty && files.guests.isEmpty && files.failures.isEmpty)
    }
}
