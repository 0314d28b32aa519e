import Glibc
import Host
import Planning
import SystemPackage

extension Diversion {
    private var configuration: FilePath {
        FilePath(host(LauncherConfiguration.defaultFile))
    }

    /// What the package writes has every setting in it; this is for a host where it is gone.
    private static let nothingConfigured = """
        # Configuration of qemu-launcher, see launcher.conf(5). Nothing is configured.

        """

    /// A configuration that asks for nothing, where there is none: from here on a missing one is an
    /// error, and no VM that never asked for firmware is to be refused for it.
    func writeConfiguration() throws(HostFileError) {
        guard try HostFiles.configuration(at: configuration) == nil else { return }
        let directory = configuration.removingLastComponent()
        guard unsafe mkdir(directory.string, 0o755) == 0 || errno == EEXIST else {
            throw .notReplaced(path: configuration, errno: Errno(rawValue: errno))
        }
        let file = try ConfigurationFile(configuration)
        guard file.content == nil else { return }
        try file.replace(with: Array(Self.nothingConfigured.utf8))
    }

    /// - Throws: where the launcher would start no VM because its configuration is gone or broken.
    func requireConfiguration() throws(LaunchFailure) {
        _ = try LaunchFiles.configuration(whereNoneIsNamed: configuration)
    }
}
