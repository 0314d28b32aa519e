package import Planning
package import SystemPackage

/// The VM configurations of a Proxmox cluster, as every node sees them.
package struct GuestFiles: Sendable {
    package private(set) var guests: [LocatedGuest] = []
    /// Files that could not be read: what their VMs ask for is not known then.
    package private(set) var failures: [HostFileError] = []

    /// - Parameter root: where the cluster's files are, `/etc/pve`; nothing is found where there
    ///   is no Proxmox.
    package init(below root: FilePath) {
        let nodes = root.appending("nodes")
        for node in names(in: nodes) {
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
