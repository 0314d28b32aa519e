import Planning
import Testing

/// An image that the judgement accepts, and what its serial console shows when it has booted.
struct BootCase: CustomTestStringConvertible, Sendable {
    /// Of Debian's ovmf, or of the image corpus.
    let image: String
    var store: String?
    var attachment = JudgementContext.Attachment.flash
    var machine = "q35"
    var warnings: [String] = []
    var proof = Self.shell

    var testDescription: String { "\(image) \(attachment) \(machine)" }

    /// The shell waits for commands.
    static let shell = "Shell>"

    static var all: [BootCase] { ofDebian + (FirmwareCorpus.isThere ? ofCorpus : []) }

    private static let ofDebian = [
        BootCase(image: "OVMF_CODE.fd", store: "OVMF_VARS.fd"),
        BootCase(image: "OVMF_CODE_4M.fd", store: "OVMF_VARS_4M.fd"),
        BootCase(image: "OVMF_CODE_4M.fd", store: "OVMF_VARS_4M.fd", machine: "pc"),
        BootCase(image: "OVMF_CODE_4M.secboot.fd", store: "OVMF_VARS_4M.fd", machine: "q35,smm=on"),
        BootCase(image: "../ovmf/OVMF.fd", attachment: .bios),
        BootCase(image: "../ovmf/OVMF.fd", attachment: .flash, warnings: ["FW-W01"]),
    ]

    private static let ofCorpus = [
        BootCase(image: "bullseye-code-2m.fd", store: "OVMF_VARS.fd"),
        BootCase(image: "trixie-code-4m.fd", store: "trixie-vars-4m.fd"),
        BootCase(image: "trixie-combined.fd", attachment: .bios),
        // Since 2025 Debian builds Secure Boot without a shell, which would get around it. The boot
        // manager's word that there is nothing to boot is the last that such a build says.
        BootCase(
            image: "trixie-code-4m-secboot.fd",
            store: "trixie-vars-4m.fd",
            machine: "q35,smm=on",
            proof: "BdsDxe: ",
        ),
        // Builds for confidential guests have no shell either: AmdSev's only boot option is the
        // Grub inside, for which Debian puts a stub; IntelTdx boots disks alone.
        BootCase(image: "sid-amdsev.fd", attachment: .bios, proof: "BdsDxe: "),
        BootCase(image: "noble-amdsev.fd", attachment: .bios, proof: "BdsDxe: "),
        BootCase(image: "sid-inteltdx.fd", attachment: .bios, proof: "BdsDxe: "),
    ]
}
