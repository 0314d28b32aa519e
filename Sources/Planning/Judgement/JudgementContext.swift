/// What an image will be started with, as the command line shows it.
package struct JudgementContext: Hashable, Sendable {
    package enum Attachment: Hashable, Sendable {
        /// Parallel flash, unit 0.
        case flash
        /// `-bios`: a copy in memory that ends at 4 GiB.
        case bios
    }

    package enum SystemManagementMode: Hashable, Sendable {
        case on
        case off
        /// `auto`, or not on the command line: QEMU decides.
        case automatic
    }

    /// The variable store that is attached with the code, as far as it is known without writing to
    /// it.
    package struct VariableStoreFacts: Hashable, Sendable {
        /// What firmware of the PC machines crashes on.
        package enum Defect: Hashable, Sendable {
            /// A qcow2 image that QEMU is told to use as the store itself.
            case qcow2
            /// 0xFF, as erased flash is. (Zeros are fine: the firmware formats them.)
            case erased
            /// A code image, which the guest would overwrite with its variables.
            case code
            /// Its headers are not those of a store.
            case damaged(VariableStoreFault)
        }

        /// What the guest sees, in bytes: `size=` of the drive, or the file's size.
        package let byteCount: Int?
        package let enrolledKeys: SecureBootKeys?
        package let defect: Defect?

        package init(
            byteCount: Int?,
            enrolledKeys: SecureBootKeys? = nil,
            defect: Defect? = nil,
        ) {
            self.byteCount = byteCount
            self.enrolledKeys = enrolledKeys
            self.defect = defect
        }
    }

    /// The default of QEMU's machine option `max-fw-size` (`hw/i386/pc.c`), in bytes.
    package static let defaultMaximumFlashByteCount = 8 << 20

    package var guest: GuestKind
    package var attachment: Attachment
    /// What the QEMU to be started emulates; `nil` if its name does not tell.
    package var architecture: Architecture?
    /// Whether the processor can run code of 64 bits, as far as its model tells.
    package var processor: ProcessorMode
    /// Whether the guest may suspend to memory (S3); `nil` if that is not known.
    package var hasSuspendToMemory: Bool?
    /// `nil` if there is none.
    package var store: VariableStoreFacts?
    package var systemManagementMode: SystemManagementMode
    /// The type of `-machine`, as written: `pc-q35-9.2+pve0`. `nil` is not known.
    package var machineType: String?
    /// `max-fw-size`, in bytes.
    package var maximumFlashByteCount: Int
    /// `kernel-hashes=on` of the confidential guest's object.
    package var hasKernelHashes: Bool
    /// Whether there is `-kernel`.
    package var hasKernel: Bool
    /// Whether the guest's processors run. A template that is backed up stays paused, so what its
    /// firmware would do there is nothing to warn of.
    package var isRun = true

    package init(
        guest: GuestKind,
        attachment: Attachment,
        architecture: Architecture? = .x86,
        processor: ProcessorMode = .bits64,
        hasSuspendToMemory: Bool? = nil,
        store: VariableStoreFacts? = nil,
        systemManagementMode: SystemManagementMode = .automatic,
        machineType: String? = nil,
        maximumFlashByteCount: Int = JudgementContext.defaultMaximumFlashByteCount,
        hasKernelHashes: Bool = false,
        hasKernel: Bool = false,
    ) {
        self.guest = guest
        self.attachment = attachment
        self.architecture = architecture
        self.processor = processor
        self.hasSuspendToMemory = hasSuspendToMemory
        self.store = store
        self.systemManagementMode = systemManagementMode
        self.machineType = machineType
        self.maximumFlashByteCount = maximumFlashByteCount
        self.hasKernelHashes = hasKernelHashes
        self.hasKernel = hasKernel
    }
}

extension JudgementContext {
    /// Whether a guest of this kind on this machine has no system management mode, as far as the
    /// command line tells.
    package var lacksSystemManagementMode: Bool {
        switch guest {
        case .sevES, .sevSNP, .tdx: true
        case .normal, .sev:
            systemManagementMode == .off
                || machineType.map { MachineType(ByteString($0)).lacksSMRAM } == true
        }
    }
}
