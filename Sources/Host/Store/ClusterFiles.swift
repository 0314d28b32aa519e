package import Planning
package import SystemPackage

/// What the nodes of a Proxmox cluster have told one another, as every node sees it.
package struct ClusterFiles: Sendable {
    package private(set) var nodes: [Node] = []
    package private(set) var guests: [LocatedGuest] = []
    /// Files that could not be read: what their VMs ask for is not known then.
    package private(set) var failures: [HostFileError] = []

    package struct Node: Hashable, Sendable {
        package let name: String
        /// Of the launcher that is installed there, which its package writes down;
        /// `nil` where there is none.
        package let version: String?
    }

    /// - Parameter root: where the cluster's files are, `/etc/pve`; nothing is found where there
    ///   is no Proxmox.
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
        do throws(Errno) {
            return try DirectoryListing.names(in: directory)
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            failures.append(.unreadable(path: directory, errno: error))
            return []
        }
    }

    /// `100.conf`
    private static func vmid(of name: String) -> UInt32? {
        guard name.hasSuffix(".conf") else { return nil }
        return VirtualMachineID(name.dropLast(".conf".count))?.number
    }
}
