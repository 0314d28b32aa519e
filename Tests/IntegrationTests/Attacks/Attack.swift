import Foundation
import Planning
import Testing

/// A command line that may bring other bytes into the guest's flash than those that are pinned.
///
/// In its words, `$pinned` is the file of the pinned image, `$other` an image that is not pinned
/// and `$vector` that one's reset vector, `$disk` a disk, `$store` the folder, `$NAME` a file of
/// ``files``.
struct Attack: CustomTestStringConvertible, Sendable {
    let name: String
    let arguments: [ByteString]
    var files: [String: String] = [:]
    /// Further lines for the first section of launcher.conf.
    var settings: [String] = []
    let safe: Safe
    let proof: Proof
    /// Where it works. Elsewhere any safe answer will do.
    var machines: [MachineKind] = MachineKind.allCases

    var testDescription: String { name }

    enum MachineKind: String, CaseIterable, Sendable {
        case pc, q35
    }

    /// The answers that keep the promise.
    enum Safe: Sendable {
        /// The VM starts, and its flash holds the pinned image, also after a reset.
        case pinned
        /// The launcher refuses it: its message begins so, and quotes one of these.
        case refused(Int32 = 64, _ start: String = "", quoting: [String])
        /// Pinned, or nothing starts.
        case either
    }

    /// What QEMU alone makes of it, so that the test can fail.
    enum Proof: Sendable {
        /// With the pinned image in flash as the launcher would put it there, other bytes show.
        case beatsFlash
        /// Without further firmware, other bytes show.
        case bringsOther
        /// QEMU alone does not do it, and why it is tried all the same.
        case none(because: String)
    }

    init(
        _ name: String,
        _ arguments: [ByteString],
        files: [String: String] = [:],
        settings: [String] = [],
        _ safe: Safe,
        _ proof: Proof,
        on machines: [MachineKind] = MachineKind.allCases,
    ) {
        self.name = name
        self.arguments = arguments
        self.files = files
        self.settings = settings
        self.safe = safe
        self.proof = proof
        self.machines = machines
    }
}

/// How a VM asks for the firmware that it is to get.
enum Asking: String, CaseIterable, Sendable {
    /// `-efi-firmware` in the command line.
    case option
    /// A `vm:` section of launcher.conf.
    case section
}
