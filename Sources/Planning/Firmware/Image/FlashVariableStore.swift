/// The store of UEFI variables at the head of its firmware volume.
///
/// Layout after edk2 `MdeModulePkg/Include/Guid/VariableFormat.h`.
package struct FlashVariableStore: Hashable, Sendable {
    /// Where the store's own header starts in the image.
    package let offset: Int
    /// In bytes, header included, as the header says.
    package let byteCount: Int
    /// Whether variables carry what Secure Boot needs to check changes to them.
    package let isAuthenticated: Bool
    package let isFormatted: Bool
    package let isHealthy: Bool
    package let liveVariableCount: Int
    package let deletedVariableCount: Int
    /// Bytes from the start of the store that hold a header or variables.
    package let usedByteCount: Int
    package let enrolledKeys: SecureBootKeys

    /// Whether firmware that supports Secure Boot would enforce it with this store.
    package var hasSecureBootEnrolled: Bool {
        enrolledKeys.isSuperset(of: [.platform, .exchange, .allowed])
    }
}

/// Which of the variables that make up Secure Boot's keys are there.
package struct SecureBootKeys: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// PK
    package static let platform = SecureBootKeys(rawValue: 1)
    /// KEK
    package static let exchange = SecureBootKeys(rawValue: 2)
    /// db
    package static let allowed = SecureBootKeys(rawValue: 4)
    /// dbx
    package static let forbidden = SecureBootKeys(rawValue: 8)

    /// The variables' own names, in the order in which trust descends.
    package var names: [String] {
        let all: [(SecureBootKeys, String)] = [
            (.platform, "PK"), (.exchange, "KEK"), (.allowed, "db"), (.forbidden, "dbx"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
