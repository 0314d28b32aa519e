import CLinux
import Glibc
package import Planning
package import SystemPackage

/// What the nodes of a Proxmox cluster publish to one another, as every node sees it.
package struct ClusterFiles: Sendable {
    package private(set) var nodes: [Node] = []
    package private(set) var guests: [LocatedGuest] = []
    /// Files that could not be read: what their VMs ask for is not known then.
    package private(set) var failures: [HostFileError] = []

    package struct Node: Hashable, Sendable {
        package let name: String
        /// Of the launcher that is installed there, which its package writes down;
        /// `nil` if there is none.
        package let version: String?
    }

    /// - Parameter root: where the cluster's files are, `/etc/pve`; nothing is found on a host
    ///   without Proxmox.
    package init(below root: FilePath) {
        let nodes = root.appending("nodes")
        for node in names(in: nodes) {
            self.nodes.append(Node(name: node, version: version(in: nodes.appending(node))))
            let directory = nodes.appending(node).appending("qemu-server")
            for name in names(in: directory) {
                guard let vmid = Self.vmid(of: name) else { continue }
                do throws(HostFileError) {
                    let path = directory.appending(name)
                    guard let bytes = try HostFiles.configuration(at: path) else { continue }
                    let guest = GuestConfiguration(parsing: bytes, vmid: vmid)
                    guests.append(LocatedGuest(node: node, guest: guest))
                } catch {
                    failures.append(error)
                }
            }
        }
    }

    private mutating func version(in directory: FilePath) -> String? {
        do throws(HostFileError) {
            let path = directory.appending("qemu-launcher.version")
            let line = try HostFiles.configuration(at: path)?.prefix { $0 != UInt8(ascii: "\n") }
            return line.map { ByteString($0).escaped }
        } catch {
            failures.append(error)
            return nil
        }
    }

    private mutating func names(in directory: FilePath) -> [String] {
        do throws(HostFileError) {
            return try DirectoryListing.files(in: directory)
        } catch {
            failures.append(error)
            return []
        }
    }

    /// `100.conf`
    private static func vmid(of name: String) -> VirtualMachineID? {
        guard name.hasSuffix(".conf") else { return nil }
        return VirtualMachineID(name.dropLast(".conf".count))
    }
}

extension ClusterFiles {
    /// The configuration of one VM. If this node does not have it, the VM is one that arrives by a
    /// migration: until it is here, its configuration is on the node that it comes from.
    static func guest(
        _ vmid: VirtualMachineID,
        on node: String,
        below root: FilePath,
    ) throws(LaunchFailure) -> (guest: GuestConfiguration, file: FilePath) {
        let nodes = root.appending("nodes")
        if let own = try guest(vmid, in: nodes.appending(node)) { return own }
        let others = try failing { () throws(HostFileError) in
            try DirectoryListing.files(in: nodes)
        }
        var found: [(guest: GuestConfiguration, file: FilePath)] = []
        for other in others.sorted() where other != node {
            guard let guest = try guest(vmid, in: nodes.appending(other)) else { continue }
            found.append(guest)
        }
        guard let first = found.first else {
            throw LaunchFailure(GuestFileError.missing(vmid, below: nodes))
        }
        guard found.count == 1 else {
            throw LaunchFailure(GuestFileError.several(vmid, found.map(\.file)))
        }
        return first
    }

    private static func guest(
        _ vmid: VirtualMachineID,
        in node: FilePath,
    ) throws(LaunchFailure) -> (guest: GuestConfiguration, file: FilePath)? {
        let file = node.appending("qemu-server").appending("\(vmid).conf")
        let bytes = try failing { () throws(HostFileError) in
            try HostFiles.configuration(at: file)
        }
        guard let bytes else { return nil }
        // Proxmox never leaves one empty: somebody is writing it.
        guard !bytes.isEmpty else { throw LaunchFailure(GuestFileError.empty(file)) }
        return (GuestConfiguration(parsing: bytes, vmid: vmid), file)
    }
}

/// Why it is not known which of Proxmox's files is the configuration of a VM.
enum GuestFileError: Failure {
    case missing(VirtualMachineID, below: FilePath)
    case several(VirtualMachineID, [FilePath])
    case empty(FilePath)

    var message: String {
        switch self {
        case .missing(let vmid, let nodes):
            "no node has a configuration of this VM (expected"
                + " \(quoted("\(nodes)/NODE/qemu-server/\(vmid).conf")))"
        case .several(_, let files):
            "several configurations of this VM (found"
                + " \(files.map { quoted($0.string) }.joined(separator: ", ")))"
        case .empty(let file): "\(quoted(file.string)): empty, so it tells nothing of the VM"
        }
    }

    var hint: String? {
        switch self {
        case .missing:
            "the launcher reads it if a section of launcher.conf has a 'tag', and for a template:"
                + " check that /etc/pve is mounted ('systemctl status pve-cluster')"
        case .several: "Proxmox has one for each VM: find out which is right"
        case .empty: "start again once it is written"
        }
    }

    var exitStatus: ExitStatus { .configuration }
}

/// What is in a storage's directory for firmware, without trusting it.
package struct FirmwareDirectory: Sendable {
    package let path: FilePath
    /// Names of everything but hidden files, sorted.
    package let names: [String]

    /// - Returns: `nil` if the storage has no such directory.
    package init?(_ location: FirmwareLocation) throws(HostError) {
        for directory in location.directories {
            let path = location.root.pushing(FilePath(directory))
            do throws(Errno) {
                names = try DirectoryListing.names(in: path).filter { !$0.hasPrefix(".") }
                self.path = path
                return
            } catch .noSuchFileOrDirectory {
                continue
            } catch {
                throw .systemCallFailed(operation: "open", path: path, errno: error)
            }
        }
        return nil
    }
}

/// Whether a directory is where a file system is mounted.
package enum MountPoint {
    /// - Returns: `nil` if there is no such directory.
    package static func isMounted(_ path: FilePath) throws(HostError) -> Bool? {
        do throws(Errno) {
            let directory = try Stat(path)
            let parent = try Stat(path.appending(".."))
            return directory.deviceID != parent.deviceID || directory.isSameFile(as: parent)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .systemCallFailed(operation: "stat", path: path, errno: error)
        }
    }
}
