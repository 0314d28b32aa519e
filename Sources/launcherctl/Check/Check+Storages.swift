import Host
import Planning
import SystemPackage

extension Check {
    /// Each storage that firmware is needed from, and each other that has some.
    static func storages(of store: Store, used: Set<FirmwareVolume>) -> [Finding] {
        let pinned = store.configuration.firmware.compactMap(\.volume)
        let needed = Set((pinned + used).map(\.id.storage))
        return store.storages.survey().storages.compactMap { storage in
            guard needed.contains(storage.id) else { return nil }
            return finding(storage, store)
        }
    }

    private static func finding(_ storage: Storage, _ store: Store) -> Finding {
        let name = storage.id.text
        func finding(_ state: Finding.State, _ message: String, hint: String? = nil) -> Finding {
            Finding("storage", name, state, message, hint: hint)
        }
        guard let path = storage.path else {
            return finding(.failure, "\(storage.type) storage keeps no files")
        }
        guard !storage.isDisabled else { return finding(.failure, "disabled (\(storage.origin))") }
        if let nodes = storage.nodes, !nodes.contains(store.node) {
            return finding(.warning, "not for this node (\(storage.origin))")
        }
        do throws(HostError) {
            let mountPoint = storage.mountPoint ?? (storage.isNetworkMount ? path : nil)
            if let mountPoint, try MountPoint.isMounted(mountPoint) != true {
                return finding(
                    .failure,
                    "not mounted at \(mountPoint)",
                    hint: "'pvesm status' mounts Proxmox's storages; at boot, a VM may be earlier",
                )
            }
            guard try MountPoint.isMounted(path) != nil else {
                return finding(.failure, "\(path) is missing")
            }
        } catch {
            return Finding("storage", name, .failure, error)
        }
        return finding(.ok, "\(path)")
    }
}

extension Storage {
    /// Proxmox mounts them, and nothing may be kept in their directory before that.
    fileprivate var isNetworkMount: Bool {
        switch type {
        case .nfs, .cifs, .cephfs: true
        default: false
        }
    }
}
