import Planning

extension FirmwareImage.Kind {
    /// As `--json` says it; documented in the README, and stays.
    var name: String {
        switch self {
        case .code: "code"
        case .variableStore: "variable-store"
        case .combined: "combined"
        case .blank: "blank"
        case .foreign: "foreign"
        case .notUEFI: "not-uefi"
        }
    }

    /// For a column of a table.
    var title: String {
        switch self {
        case .code: "code"
        case .variableStore: "variable store"
        case .combined: "combined"
        case .blank: "blank"
        case .foreign(let format): format.rawValue
        case .notUEFI: "not UEFI"
        }
    }
}
