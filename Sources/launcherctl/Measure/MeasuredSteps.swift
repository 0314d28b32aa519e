import Host
import Planning
import SystemPackage

/// The initial state of each CPU, for people who compare it byte by byte.
enum SaveAreaFiles {
    /// A file for each CPU, `vmsa0.bin` and so on, as sev-snp-measure names them.
    ///
    /// - Parameters:
    ///   - digests: at least one, which all have the same ones.
    ///   - path: of a folder, which is made if it is not there.
    static func write(_ digests: [ExpectedDigest], to path: String) throws(LaunchFailure) {
        let areas = digests[0].saveAreas
        guard !areas.isEmpty else { throw LaunchFailure(SaveAreaError.none) }
        guard digests.allSatisfy({ $0.saveAreas == areas }) else {
            throw LaunchFailure(
                SaveAreaError.ambiguous(digests.compactMap { $0.variant?.rawValue })
            )
        }
        let folder = FilePath(path)
        do throws(Errno) {
            try DirectoryEntry.makeDirectory(
                at: folder,
                permissions: [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
            )
        } catch {
            throw LaunchFailure(HostFileError.notReplaced(path: folder, errno: error))
        }
        do throws(HostFileError) {
            for (index, area) in areas.enumerated() {
                try HostFiles.create(folder.appending("vmsa\(index).bin"), area.page)
            }
        } catch {
            throw LaunchFailure(error)
        }
    }
}

/// Why no save areas are written.
enum SaveAreaError: Failure {
    case none
    case ambiguous([String])

    var message: String {
        switch self {
        case .none: "--dump-vmsa: this guest measures no VMSA"
        case .ambiguous: "--dump-vmsa: the VMSAs depend on the variant"
        }
    }

    var hint: String? {
        switch self {
        case .none: nil
        case .ambiguous(let names): "add --variant \(names.joined(separator: " or "))"
        }
    }

    var exitStatus: ExitStatus { .usage }
}

/// The steps of a launch digest, for people: what was measured, and the digest after it.
enum TraceText {
    static func lines(of digest: ExpectedDigest) -> [String] {
        (digest.variant.map { ["\($0.rawValue):"] } ?? []) + digest.steps.flatMap(lines) + [""]
    }

    private static func lines(of step: LaunchTrace.Step) -> [String] {
        let place = step.part.address.map { " at \(hexadecimal($0))" } ?? ""
        return ["\(step.part.name), \(step.part.byteCount) bytes\(place)"]
            + step.part.details.map { "  \($0.name.padded(to: 14))\($0.value)" }
            + ["  \("digest".padded(to: 14))\(step.digest.hex)"]
    }
}
