/// How a launch digest comes about, step by step: for finding out where two computations of it part,
/// which the digest alone does not tell.
package struct LaunchTrace: Hashable, Sendable {
    /// What is measured in one step.
    package enum Part: Hashable, Sendable {
        case firmware(byteCount: Int)
        /// The table of kernel hashes, of SEV and SEV-ES.
        case hashTable(KernelHashes)
        /// - hashes: what the section holds, if it is the one of kernel hashes and there are any.
        case section(SEVMetadata.Section, hashes: KernelHashes?)
        case tdxSection(TDXMetadata.Section)
        /// The save area of a CPU, which are counted from 0.
        case processor(Int, VMSA)
    }

    package struct Step: Hashable, Sendable {
        package let part: Part
        /// The launch digest after it.
        package let digest: Digest
    }

    /// In the order in which they are measured.
    package private(set) var steps: [Step] = []
    /// Of them all.
    package private(set) var digest: Digest

    private init(_ digest: Digest) {
        self.digest = digest
    }

    /// What begins with the firmware.
    init(afterFirmware digest: Digest, byteCount: Int) {
        self.init(digest)
        add(.firmware(byteCount: byteCount), digest)
    }

    /// Of TDX, where all is in sections.
    init(beforeSections digest: Digest) {
        self.init(digest)
    }

    mutating func add(_ part: Part, _ digest: Digest) {
        self.digest = digest
        steps.append(Step(part: part, digest: digest))
    }
}

extension LaunchTrace.Part {
    /// `firmware`, `SNP_SECRETS`, `CPU 0`
    package var name: String {
        switch self {
        case .firmware: "firmware"
        case .hashTable: "kernel hashes"
        case .section(let section, _): section.kind.displayName
        case .tdxSection(let section): section.kind.displayName
        case .processor(let index, _): "CPU \(index)"
        }
    }

    /// Where it is in the guest's memory; `nil` where that is not measured.
    package var address: UInt64? {
        switch self {
        case .firmware(let byteCount): (1 << 32) - UInt64(byteCount)
        case .section(let section, _): UInt64(section.address)
        case .tdxSection(let section): section.address
        case .hashTable, .processor: nil
        }
    }

    package var byteCount: UInt64 {
        switch self {
        case .firmware(let byteCount): UInt64(byteCount)
        case .hashTable: UInt64(GuestArea.hashTableByteCount)
        case .section(let section, _): UInt64(section.byteCount)
        case .tdxSection(let section): section.memoryByteCount
        case .processor: UInt64(VMSA.byteCount)
        }
    }

    /// Something else that decides about the digest.
    package struct Detail: Hashable, Sendable {
        /// In a document: `commandLine`
        package let key: String
        package let value: String

        /// For people: `command line`
        package var name: String {
            key.map { $0.isUppercase ? " " + $0.lowercased() : "\($0)" }.joined()
        }
    }

    package var details: [Detail] {
        switch self {
        case .firmware, .section(_, hashes: nil): []
        case .hashTable(let hashes), .section(_, let hashes?):
            [
                Detail(key: "kernel", value: "sha256:" + hexadecimal(hashes.kernel)),
                Detail(key: "initrd", value: "sha256:" + hexadecimal(hashes.initrd)),
                Detail(key: "commandLine", value: "sha256:" + hexadecimal(hashes.commandLine)),
            ]
        case .tdxSection(let section):
            [
                Detail(
                    key: "measured",
                    value: section.attributes.contains(.measured) ? "contents" : "place",
                )
            ]
        case .processor(_, let area):
            [
                Detail(key: "start", value: hexadecimal(area.startAddress)),
                Detail(key: "signature", value: hexadecimal(area.resetRDX)),
                Detail(key: "features", value: area.features.description),
            ]
        }
    }
}
