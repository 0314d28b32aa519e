/// How the launcher was called: everything of its own process that a decision may depend on.
package struct Invocation: Hashable, Sendable {
    /// argv, from argv[0] on.
    package let arguments: [ByteString]
    /// Each entry as it stood, usually `NAME=VALUE`.
    package let environment: [ByteString]
    /// Whether the effective user is root.
    package let isRoot: Bool
    /// The host's name up to its first dot: what Proxmox's `nodes` properties name.
    package let nodeName: String
    /// Whether another user than root and the effective one may add files to the working
    /// directory, where QEMU looks for option ROMs first.
    package let workingDirectoryIsWritableByOthers: Bool

    package init(
        arguments: [ByteString],
        environment: [ByteString],
        isRoot: Bool,
        nodeName: String,
        workingDirectoryIsWritableByOthers: Bool,
    ) {
        self.arguments = arguments
        self.environment = environment
        self.isRoot = isRoot
        self.nodeName = nodeName
        self.workingDirectoryIsWritableByOthers = workingDirectoryIsWritableByOthers
    }

    /// The same call with another command line.
    package func replacingArguments(with arguments: [ByteString]) -> Invocation {
        Invocation(
            arguments: arguments,
            environment: environment,
            isRoot: isRoot,
            nodeName: nodeName,
            workingDirectoryIsWritableByOthers: workingDirectoryIsWritableByOthers,
        )
    }
}
