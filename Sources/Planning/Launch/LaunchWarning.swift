/// What an operator should know although the VM starts.
package enum LaunchWarning: Equatable, Sendable {
    case attachment(AttachmentWarning)
    /// What the structure of the image tells.
    case image(String, Finding)
    /// A program that QEMU starts will lack rights.
    case helper(HelperWarning)
    /// What Landlock makes of the command line.
    case files(FileWarning)

    package var message: String {
        switch self {
        case .attachment(let warning): warning.message
        case .image(let image, let finding): "\(image): \(finding.message)"
        case .helper(let warning): warning.message
        case .files(let warning): warning.message
        }
    }

    package var hint: String? {
        switch self {
        case .attachment: nil
        case .image(_, let finding): finding.hint
        case .helper(let warning): warning.hint
        case .files(let warning): warning.hint
        }
    }
}
