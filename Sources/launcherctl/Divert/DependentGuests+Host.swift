import Host
import Planning
import SystemPackage

extension DependentGuests {
    /// Those of this node.
    init(_ store: Store) throws(LaunchFailure) {
        self.init(try store.uses(), store.cluster, node: store.node)
    }

    /// Those of this node, with the default configuration.
    ///
    /// - Parameter root: another one than `/`, as the diversion has it.
    init(below root: String) throws(LaunchFailure) {
        let file = FilePath(root + LauncherConfiguration.defaultFile.string)
        let configuration = try LaunchFiles.configuration(whereNoneIsNamed: file)
        let storages = configuration.storageConfiguration
        let place = storages.line == nil ? FilePath(root + storages.value.string) : storages.value
        let cluster = ClusterFiles(below: place.removingLastComponent())
        let sections = try failing { () throws(ConfigurationError) in
            try configuration.virtualMachines()
        }
        let node = try LaunchFailure.invocation().nodeName
        let uses = FirmwareUses(guests: cluster.guests, sections: sections, node: node)
        self.init(uses, cluster, node: node)
    }

    private init(_ uses: FirmwareUses, _ cluster: ClusterFiles, node: String) {
        self = DependentGuests(uses, guests: cluster.guests, node: node)
            .adding(unknown: cluster.failures.map(\.message))
    }
}
