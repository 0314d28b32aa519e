package import SystemPackage

/// Everything a launch will do, decided: a plain value that can be shown instead of carried out.
package struct LaunchPlan: Equatable, Sendable {
    package let identity: MachineIdentity
    /// `nil` where QEMU gets the firmware that its command line attaches, unlooked at.
    package let firmware: FirmwarePlan?
    /// QEMU's own, with what its files of settings say.
    package let commandLine: QEMUCommandLine
    package let environment: [ByteString]
    /// The names that were taken out of the environment.
    package let removedVariables: [ByteString]
    /// QEMU's program: the first of these that exists.
    package let programs: [FilePath]
    package let confinement: ConfinementPlan
    package let warnings: [LaunchWarning]
    /// Whether the launch is recorded in the system log.
    package let isRecorded: Bool

    /// argv of QEMU, argv[0] included.
    package var arguments: [ByteString] { commandLine.vector.arguments }

    package struct FirmwarePlan: Equatable, Sendable {
        package let choice: FirmwareChoice
        package let image: ImageRequest
        package let guest: GuestKind
        package let attachment: FirmwareAttachment
        /// What the image is judged against once its bytes are known.
        package let context: JudgementContext
        /// The store beside the code image, whose file tells the rest of the context.
        package let variableStore: FlashFile?
    }

    package struct ConfinementPlan: Equatable, Sendable {
        package let mode: SeccompMode
        package let ruleset: Ruleset
        package let files: FilePlan
        package let capabilities: CapabilityPlan

        package init(
            mode: SeccompMode,
            ruleset: Ruleset,
            files: FilePlan,
            capabilities: CapabilityPlan,
        ) {
            self.mode = mode
            self.ruleset = ruleset
            self.files = files
            self.capabilities = capabilities
        }
    }
}
