/// Whether OVMF's first phase can start, and can find and unpack the volume of everything else, as
/// far as headers tell. Goes by the steps of its own code, so that what is missed here is missed
/// there, and nothing else is.
///
/// Source: edk2 `UefiCpuPkg/ResetVector/Vtf0/Ia32/SearchForSecEntry.asm`, and
/// `DecompressMemFvs` in `OvmfPkg/Sec/SecMain.c`.
struct FirstPhase {
    private let security: FlashVolume
    private let main: FlashVolume

    /// `nil` if the volumes do not have OVMF's names for these two: then nothing is known of how
    /// the image starts.
    init?(in layout: VolumeLayout) {
        let code = layout.volumes.filter(\.holdsCode)
        guard code.count >= 2, let security = code.last,
            security.name == FlashVolume.Name.security,
            let main = code.dropLast().last, main.name == FlashVolume.Name.main
        else { return nil }
        self.security = security
        self.main = main
    }

    /// What it would not get past.
    func fault(_ resetVector: ResetVector?, of image: Span<UInt8>) -> ContentsFault? {
        if resetVector?.style == .other, ResetVector.earlyCode(of: image) == nil {
            return .resetVector
        }
        if case .failure(let fault) = program(in: image) { return fault }
        return faultOfMainVolume(of: image)
    }

    /// What its program is for.
    func mode(of image: Span<UInt8>) -> ProcessorMode? {
        guard case .success(let program) = program(in: image) else { return nil }
        return program.mode
    }

    // MARK: The program

    /// The reset vector's code looks for the program at every multiple of eight, and takes for a
    /// file what has a state and a length.
    private func program(in image: Span<UInt8>) -> Result<ExecutableHeader, ContentsFault> {
        var fault = ContentsFault.noSecurityCore
        var offset = security.offset + security.headerByteCount
        while offset < security.end {
            offset = (offset + 7) / 8 * 8
            guard let file = CoreCandidate(at: offset, limit: security.end, of: image) else {
                offset += 1
                continue
            }
            if file.isSecurityCore {
                if let program = file.program(in: image) { return .success(program) }
                fault = .securityCoreIsNoProgram
            }
            offset = file.end
        }
        return .failure(fault)
    }

    private struct CoreCandidate {
        let offset: Int
        let end: Int
        let isSecurityCore: Bool

        /// EFI_FILE_DATA_VALID, before the erase polarity is looked at.
        private static let hasState: UInt8 = 0x20

        init?(at offset: Int, limit: Int, of image: Span<UInt8>) {
            guard let word = image.uint32(at: offset + 20), let kind = image.uint8(at: offset + 18)
            else { return nil }
            let byteCount = Int(word & 0xFF_FFFF)
            guard UInt8(word >> 24) & Self.hasState != 0, byteCount > 0,
                byteCount <= limit - offset
            else { return nil }
            self.offset = offset
            end = offset + byteCount
            isSecurityCore = kind == FirmwareFile.Kind.securityCore
        }

        /// What the first section of a program holds; `nil` if there is none, or none that could run.
        func program(in image: Span<UInt8>) -> ExecutableHeader? {
            let body =
                offset
                + FirmwareFile.headerByteCount..<max(
                    end,
                    offset + FirmwareFile.headerByteCount
                )
            guard
                let section = FileSection.sections(in: body, of: image)
                    .first(where: ExecutableHeader.isProgram),
                let program = ExecutableHeader(of: section, in: image),
                section.body.contains(program.entry), !image.isWiped(16, at: program.entry)
            else { return nil }
            return program
        }
    }

    // MARK: The main volume

    /// The first file that holds volumes counts, and in it the first section that is encoded.
    private func faultOfMainVolume(of image: Span<UInt8>) -> ContentsFault? {
        let start = main.offset + main.headerByteCount
        let files = FirmwareFile.files(from: start, in: main, of: image)
        for file in files where file.kind == FirmwareFile.Kind.volumeImage {
            for section in FileSection.sections(in: file.body, of: image)
            where section.kind == FileSection.Kind.guided {
                return CompressedVolumes.fault(of: section, of: image)
            }
        }
        return .noCompressedSection
    }
}

/// What the header of a program tells, in either of the forms that firmware has.
///
/// Layout after edk2 `MdePkg/Include/IndustryStandard/PeImage.h`.
struct ExecutableHeader {
    let machine: UInt16
    /// Where the program begins, in the image.
    let entry: Int

    var mode: ProcessorMode? { ProcessorMode(machine: machine) }

    static func isProgram(_ section: FileSection) -> Bool {
        section.kind == FileSection.Kind.portableExecutable
            || section.kind == FileSection.Kind.terseExecutable
    }

    init?(of section: FileSection, in image: Span<UInt8>) {
        let start = section.body.lowerBound
        switch section.kind {
        case FileSection.Kind.portableExecutable:
            guard image.holds("MZ", at: start),
                let header = image.uint16(at: start + 0x3C).map({ start + Int($0) }),
                image.holds("PE\0\0", at: header), let machine = image.uint16(at: header + 4),
                let entry = image.uint32(at: header + 0x28)
            else { return nil }
            self.machine = machine
            self.entry = start + Int(entry)
        case FileSection.Kind.terseExecutable:
            // Its header takes the place of the one that was stripped from it.
            guard image.holds("VZ", at: start), let machine = image.uint16(at: start + 2),
                let stripped = image.uint16(at: start + 6), let entry = image.uint32(at: start + 8)
            else { return nil }
            self.machine = machine
            self.entry = start + Int(entry) + 0x28 - Int(stripped)
        default: return nil
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether nothing is there but zeros or erased flash.
    fileprivate func isWiped(_ byteCount: Int, at offset: Int) -> Bool {
        guard let bytes = copy(byteCount, at: offset) else { return true }
        return bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
    }
}
