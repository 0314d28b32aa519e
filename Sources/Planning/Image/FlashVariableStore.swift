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

/// Which of the variables that make up Secure Boot's keys exist.
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

extension FlashVariableStore {
    private static let authenticated = GUID(0xAAF3_2C78, 0x947B, 0x439A, 0xA180, 0x2E14_4EC3_7792)
    private static let plain = GUID(0xDDCF_3616, 0x3275, 0x4164, 0x98B6, 0xFE85_707F_FE7D)
    static let signatures: Set<GUID> = [authenticated, plain]
    static let headerByteCount = 28
    static let formatted: UInt8 = 0x5A
    static let healthy: UInt8 = 0xFE

    /// The store in `volume`, or `nil` if the volume holds none: firmware formats it then.
    init?(in volume: FlashVolume, of image: Span<UInt8>) {
        let offset = volume.offset + volume.headerByteCount
        guard let signature = image.guid(at: offset),
            signature == Self.authenticated || signature == Self.plain,
            let byteCount = image.uint32(at: offset + 16).map(Int.init),
            let format = image.uint8(at: offset + 20), let state = image.uint8(at: offset + 21)
        else { return nil }
        let isAuthenticated = signature == Self.authenticated
        let end = min(offset + max(byteCount, Self.headerByteCount), volume.end, image.count)
        let walk = VariableWalk(
            from: offset + Self.headerByteCount,
            to: end,
            layout: isAuthenticated ? .authenticated : .plain,
            of: image,
        )
        self.offset = offset
        self.byteCount = byteCount
        self.isAuthenticated = isAuthenticated
        isFormatted = format == Self.formatted
        isHealthy = state == Self.healthy
        liveVariableCount = walk.liveCount
        deletedVariableCount = walk.deletedCount
        usedByteCount = walk.end - offset
        enrolledKeys = walk.keys
    }
}

/// One pass over the variables of a store, without a copy of any of them.
private struct VariableWalk {
    enum Layout {
        case authenticated
        case plain

        var headerByteCount: Int { self == .authenticated ? 60 : 32 }
        var nameSizeOffset: Int { self == .authenticated ? 36 : 8 }
        var vendorOffset: Int { self == .authenticated ? 44 : 16 }
    }

    private(set) var liveCount = 0
    private(set) var deletedCount = 0
    private(set) var keys: SecureBootKeys = []
    /// Where the walk ended: the first byte that starts no variable.
    private(set) var end: Int

    private static let startOfVariable: UInt16 = 0x55AA
    /// Added, or added and about to be replaced; every other state is of no effect.
    private static let liveStates: Set<UInt8> = [0x3F, 0x3E]

    init(from start: Int, to limit: Int, layout: Layout, of image: Span<UInt8>) {
        end = start
        var offset = start
        var current: [Identity] = []
        var replaced: [Identity] = []
        defer { discount(replaced, replacedBy: current, of: image) }
        while offset <= limit - layout.headerByteCount,
            image.uint16(at: offset) == Self.startOfVariable,
            let state = image.uint8(at: offset + 2),
            let nameSize = image.uint32(at: offset + layout.nameSizeOffset).map(Int.init),
            let dataSize = image.uint32(at: offset + layout.nameSizeOffset + 4).map(Int.init)
        {
            // The sum of two 32-bit sizes and an offset below 2 GiB cannot overflow 64 bits.
            let next = offset + layout.headerByteCount + nameSize + dataSize
            guard next <= limit else { return }
            if Self.liveStates.contains(state) {
                liveCount += 1
                let name = offset + layout.headerByteCount
                let identity = Identity(
                    vendor: image.guid(at: offset + layout.vendorOffset),
                    name: name..<name + nameSize,
                )
                if state == Self.inTransition {
                    replaced.append(identity)
                } else {
                    current.append(identity)
                }
                note(offset, nameSize: nameSize, layout: layout, of: image)
            } else {
                deletedCount += 1
            }
            // The next header starts at a multiple of four in the store, whose own start is one.
            offset = start + (next - start + 3) / 4 * 4
            end = min(offset, limit)
        }
    }

    private static let inTransition: UInt8 = 0x3E

    /// Whose it is, and where its name is.
    private struct Identity {
        let vendor: GUID?
        let name: Range<Int>

        func key(in image: Span<UInt8>) -> [UInt8] {
            (vendor?.bytes ?? []) + (image.copy(name.count, at: name.lowerBound) ?? [])
        }
    }

    /// What was about to be replaced is of no effect once its successor is there.
    private mutating func discount(
        _ replaced: [Identity],
        replacedBy current: [Identity],
        of image: Span<UInt8>,
    ) {
        guard !replaced.isEmpty else { return }
        var successors: Set<[UInt8]> = []
        for identity in current { successors.insert(identity.key(in: image)) }
        for identity in replaced where successors.contains(identity.key(in: image)) {
            liveCount -= 1
            deletedCount += 1
        }
    }

    /// Adds the variable at `offset` to the keys if it is one of them.
    private mutating func note(
        _ offset: Int,
        nameSize: Int,
        layout: Layout,
        of image: Span<UInt8>,
    ) {
        let vendor = image.guid(at: offset + layout.vendorOffset)
        let name = offset + layout.headerByteCount
        for row in Self.keyVariables where row.vendor == vendor {
            guard nameSize == row.name.count, image.holds(row.name, at: name) else { continue }
            keys.formUnion(row.key)
        }
    }

    private static let global = GUID(0x8BE4_DF61, 0x93CA, 0x11D2, 0xAA0D, 0x00E0_9803_2B8C)
    private static let imageSecurity = GUID(0xD719_B2CB, 0x3D3A, 0x4596, 0xA3BC, 0xDAD0_0E67_656F)

    private static let keyVariables: [(key: SecureBootKeys, vendor: GUID, name: [UInt8])] = [
        (.platform, global, utf16("PK")),
        (.exchange, global, utf16("KEK")),
        (.allowed, imageSecurity, utf16("db")),
        (.forbidden, imageSecurity, utf16("dbx")),
    ]

    /// Little endian, with the terminating NUL.
    private static func utf16(_ text: String) -> [UInt8] {
        (Array(text.utf16) + [0]).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }
}
