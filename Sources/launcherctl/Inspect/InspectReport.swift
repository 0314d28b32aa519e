import FoundationEssentials
import Host
import Planning
import SystemPackage

import struct Crypto.SHA256

/// What an image is, as people and programs read it.
struct InspectReport {
    let path: String
    let image: FirmwareImage
    let contents: FirmwareContents?
    /// Why the compressed volume is not known, if there is one.
    let fault: ContentsFault?
    let digest: Digest
    let fitness: FirmwareFitness

    init(_ bytes: [UInt8], path: String) {
        self.path = path
        image = FirmwareImage(bytes.span)
        digest = Digest(.sha256, bytes: SHA256.hash(bytes.span))
        var contents: FirmwareContents?
        var fault: ContentsFault?
        do throws(ContentsFault) {
            contents = try FirmwareContents.read(image, of: bytes.span)
        } catch {
            fault = error
        }
        self.contents = contents
        self.fault = fault
        fitness = FirmwareFitness(
            of: image,
            features: contents?.features ?? .unknown,
            fault: fault,
        )
    }

    /// `nil` for what starts no guest, and for code without a template.
    func descriptor(template: VariableStoreTemplate?) -> FirmwareDescriptor? {
        guard fault == nil else { return nil }
        let template = template.map { (path: $0.path, store: $0.store) }
        return FirmwareDescriptor(
            of: image,
            contents: contents,
            path: path.absolute,
            template: template,
        )
    }

    /// - Parameter width: of the output, in columns; `nil` for one without an end.
    func text(width: Int? = Terminal.width) -> String {
        labelled([("image", path)] + rows, width: width)
    }

    private var rows: [(String, String)] {
        [
            ("kind", kindInWords), ("size", "\(image.byteCount) bytes"),
            ("checksum", digest.description),
        ] + buildRows + volumeRows + metadataRows + fitness.verdicts.flatMap(rows(of:))
    }

    /// What this image has otherwise than another one: a line for each row, old and new.
    func differences(from other: InspectReport) -> [String] {
        var lines: [String] = []
        var label = ""
        for step in rows.map({ "\($0.0)\t\($0.1)" })
            .difference(from: other.rows.map { "\($0.0)\t\($0.1)" })
        {
            let (sign, row) =
                switch step {
                case .remove(_, let row, _): ("-", row)
                case .insert(_, let row, _): ("+", row)
                }
            let parts = row.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            if !parts[0].isEmpty { label = String(parts[0]) }
            lines.append("\(sign) \(label): \(parts[1])")
        }
        return lines
    }
}

// MARK: - Rows

extension InspectReport {
    private var kindInWords: String {
        let bits = contents?.features.driverMode == .bits32 ? ", 32-bit" : ""
        let architecture = image.architecture.map { " for \($0.displayName)\(bits)" } ?? ""
        return switch image.kind {
        case .code: "code image\(architecture)"
        case .variableStore: "variable store"
        case .combined: "combined image\(architecture): variable store and code"
        case .blank: "blank"
        case .foreign(let format): "not firmware: \(format.rawValue)"
        case .notUEFI: "not UEFI firmware"
        }
    }

    private var buildRows: [(String, String)] {
        if let fault = fault ?? image.damage { return [("build", fault.message)] }
        guard let contents else { return [] }
        let identity = contents.identity
        let parts = [identity.vendor, identity.version, identity.releaseDate].compactMap(\.self)
        let traits: [(Bool?, String)] = [
            (contents.features.supportsSecureBoot, "Secure Boot"),
            (contents.features.requiresSystemManagementMode, "requires SMM"),
            (contents.features.hasSEVDriver, "SEV"), (contents.features.hasTDXDriver, "TDX"),
            (contents.features.hasSEVSecretDriver, "launch secret"),
        ]
        let names = traits.filter { $0.0 == true }.map(\.1)
        return [
            ("build", parts.isEmpty ? "does not name itself" : parts.joined(separator: ", ")),
            ("features", names.isEmpty ? "none that matter here" : names.joined(separator: ", ")),
        ]
    }

    private var volumeRows: [(String, String)] {
        var rows = image.layout.volumes.map { volume in
            let start = hexadecimal(volume.offset)
            return ("volume", "\(volume.role) at \(start), \(volume.byteCount) bytes")
        }
        if let store = image.variableStore {
            let keys = store.enrolledKeys.names.joined(separator: ", ")
            let enrolled = keys.isEmpty ? "no keys" : keys
            rows.append(
                ("variables", "\(store.liveVariableCount), Secure Boot: \(enrolled) enrolled")
            )
        }
        return rows
    }

    private var metadataRows: [(String, String)] {
        var rows: [(String, String)] = []
        if let reset = image.sevReset.value {
            rows.append(("SEV reset", hexadecimal(reset.address)))
        }
        rows += (image.sevMetadata.value?.sections ?? []).map { section in
            let place = hexadecimal(section.address)
            return ("SEV", "\(section.kind.displayName) at \(place), \(section.byteCount) bytes")
        }
        rows += (image.tdxMetadata.value?.sections ?? []).map { section in
            let place = hexadecimal(section.address)
            let measured = section.attributes.contains(.measured) ? ", measured" : ""
            let name = section.kind.displayName
            return ("TDX", "\(name) at \(place), \(section.memoryByteCount) bytes\(measured)")
        }
        return rows
    }

    private func rows(of verdict: FirmwareFitness.Verdict) -> [(String, String)] {
        let how = verdict.attachment == .bios ? "-bios" : "flash"
        let needsSetting = verdict.guest.isConfidential && verdict.attachment == .flash
        let condition = needsSetting ? " (with 'sev-attachment pflash')" : ""
        let first = verdict.isFit ? "fits, by \(how)\(condition)" : "no"
        return [(verdict.guest.displayName, first)] + verdict.reasons.map { ("", $0.message) }
    }
}

extension String {
    /// The path from the root of the file system: a descriptor is read from elsewhere.
    var absolute: String {
        guard !hasPrefix("/") else { return self }
        let directory = FilePath(FileManager.default.currentDirectoryPath)
        return directory.pushing(FilePath(self)).lexicallyNormalized().string
    }
}

extension FlashVolume {
    /// What it is for, as far as its name tells.
    var role: String {
        switch (fileSystem, name) {
        case (.variables, _): "variables"
        case (_, Name.main?): "main"
        case (_, Name.security?): "first phase"
        case (.firmware, _): "code"
        case (.other(let guid), _): "file system \(guid)"
        }
    }
}

/// The variable store that each guest of a code image gets a copy of.
struct VariableStoreTemplate {
    let path: String
    /// `nil` for zeros, which the firmware formats at its first start.
    let store: FlashVariableStore?

    /// The one that distributions put next to the image; `nil` if there is none.
    init?(beside image: FirmwareImage, _ path: String) throws(LaunchFailure) {
        guard image.kind == .code else { return nil }
        for candidate in FirmwareDescriptor.templateCandidates(for: path)
        where HostFiles.isRegularFile(FilePath(candidate)) {
            guard let template = try Self(at: candidate, for: image) else { continue }
            self = template
            return
        }
        return nil
    }

    /// - Returns: `nil` for what is not a store, or one for code of another size.
    init?(at path: String, for image: FirmwareImage) throws(LaunchFailure) {
        let bytes = try ImageArgument(file: FilePath(path)).read()
        let file = FirmwareImage(bytes.span)
        guard file.kind == .variableStore || file.kind == .blank(.zeros),
            image.expectedVariableStoreByteCount.map({ $0 == file.byteCount }) ?? true
        else { return nil }
        self.path = path.absolute
        store = file.variableStore
    }
}
