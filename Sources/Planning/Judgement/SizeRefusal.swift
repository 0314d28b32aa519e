extension FirmwareImage {
    /// Why the image does not fit its place and its variable store.
    func refusalsOfSize(in context: JudgementContext) -> [SizeRefusal] {
        guard context.architecture == .x86 || architecture == .x86 else { return [] }
        var refusals: [SizeRefusal] = []
        switch context.attachment {
        case .flash:
            refusals.add(tooLarge(in: context))
            refusals.add(brokenStore(in: context))
            refusals.add(otherStore(in: context))
        case .bios:
            refusals.add(notWholeBIOS)
            if byteCount > Self.maximumBIOSByteCount {
                refusals.append(.coversDevices(byteCount: byteCount))
            }
        }
        return refusals
    }

    private static let maximumBIOSByteCount = 16 << 20

    /// QEMU, `hw/i386/pc_sysfw.c`: the limit holds for both flash units together.
    private func tooLarge(in context: JudgementContext) -> SizeRefusal? {
        let (total, overflow) = byteCount.addingReportingOverflow(context.store?.byteCount ?? 0)
        guard overflow || total > context.maximumFlashByteCount else { return nil }
        return .tooLarge(
            byteCount: overflow ? .max : total,
            maximum: context.maximumFlashByteCount,
        )
    }

    /// Code of one size with the store of another either crashes at once or silently writes no
    /// variable at all. A size that OVMF does not have is only doubtful; see the warnings.
    func otherStore(in context: JudgementContext) -> SizeRefusal? {
        guard kind == .code, let expected = expectedVariableStoreByteCount,
            let found = context.store?.byteCount, found != expected,
            SizeClass.allCases.contains(where: { $0.variableStoreByteCount == found })
        else { return nil }
        return .otherStore(expected: expected, found: found)
    }

    private func brokenStore(in context: JudgementContext) -> SizeRefusal? {
        guard let defect = context.store?.defect else { return nil }
        // Whatever the image does with it, QEMU would write into a file that is not a store.
        guard defect == .code || kind == .code && architecture == .x86 else { return nil }
        // Firmware that is not OVMF may keep its settings in a form of its own.
        if case .damaged = defect, !isOVMF { return nil }
        return .brokenStore(defect)
    }

    /// QEMU, `hw/i386/x86-common.c`: "could not load PC BIOS".
    private var notWholeBIOS: SizeRefusal? {
        byteCount.isMultiple(of: 65536)
            ? nil : .notWholeBIOS(byteCount: byteCount, isCode: kind == .code)
    }
}

/// The part of a file that is an image, where something was put around it: padding, or the rest of
/// a flash chip.
package struct ImagePart: Hashable, Sendable {
    package let offset: Int
    package let byteCount: Int

    fileprivate var hint: String {
        "the image in it is \(byteCount) bytes from offset \(offset); take that part:"
            + " dd if=FILE of=IMAGE.fd bs=4096 skip=\(offset / 4096) count=\(byteCount / 4096)"
    }
}

extension FirmwareImage {
    /// The volumes that follow one another up to the last one of code, if that one is a first
    /// phase; `nil` if they do not look like an image, or are the whole file.
    var part: ImagePart? {
        guard let last = layout.volumes.last(where: \.holdsCode),
            last.name == FlashVolume.Name.security
        else { return nil }
        var start = last.offset
        for volume in layout.volumes.reversed() where volume.end == start {
            start = volume.offset
        }
        let count = last.end - start
        guard start < last.offset, count < byteCount, count.isMultiple(of: 4096),
            start.isMultiple(of: 4096)
        else { return nil }
        return ImagePart(offset: start, byteCount: count)
    }
}

/// Why an image does not fit the place where it will be.
package enum SizeRefusal: Hashable, Sendable {
    case notWholePages(byteCount: Int, image: ImagePart?)
    /// The image ends before its last volume does, or before its own metadata says.
    case truncated(expected: Int, found: Int)
    /// The image goes on after its last volume: the CPU starts in what was added.
    case trailingBytes(Int, image: ImagePart?)
    /// The image does not start with its first volume, so the variable store below it is not where
    /// the code looks for it.
    case leadingBytes(Int, image: ImagePart?)
    /// `byteCount`: of code and variable store together.
    case tooLarge(byteCount: Int, maximum: Int)
    /// By `-bios` an image may be of any size, but below the last 16 MiB the guest finds interrupt
    /// controllers in its place (0xFEC00000 and 0xFEE00000, hw/i386/pc.c).
    case coversDevices(byteCount: Int)
    case notWholeBIOS(byteCount: Int, isCode: Bool)
    case otherStore(expected: Int, found: Int)
    case brokenStore(JudgementContext.VariableStoreFacts.Defect)

    package var code: ImageRefusal.Code {
        switch self {
        case .notWholePages, .truncated, .trailingBytes, .leadingBytes: .wrongEnd
        case .tooLarge, .coversDevices: .tooLarge
        case .notWholeBIOS: .notForBIOS
        case .otherStore, .brokenStore: .otherStore
        }
    }

    package var text: String {
        switch self {
        case .notWholePages(let byteCount, _):
            "truncated or padded (expected a multiple of 4096 bytes, found \(byteCount))"
        case .truncated(let expected, let found):
            "truncated (expected \(expected) bytes, found \(found))"
        case .trailingBytes(let count, _):
            "\(count) bytes too many after the last firmware volume, where the CPU starts"
        case .leadingBytes(let count, _): "\(count) bytes too many before the first firmware volume"
        case .tooLarge(let byteCount, let maximum):
            "too large for flash, variable store included"
                + " (expected \(maximum) bytes or fewer, found \(byteCount))"
        case .coversDevices(let byteCount):
            "too large for -bios (expected 16777216 bytes or fewer, found \(byteCount)): devices"
                + " are where it begins"
        case .notWholeBIOS(let byteCount, let isCode):
            (isCode ? "a split code image, without its variable store, does" : "the image does")
                + " not fit -bios (expected a multiple of 65536 bytes, found \(byteCount))"
        case .otherStore(let expected, let found):
            "the VM's variable store is of another build"
                + " (expected \(expected) bytes, found \(found))"
        case .brokenStore(.qcow2): "the VM's variable store is a qcow2 image, attached as raw"
        case .brokenStore(.code):
            "the VM's variable store is a code image, which the guest would write its variables into"
        case .brokenStore(.erased):
            "the VM's variable store begins with 0xff bytes, like erased flash, and the firmware"
                + " crashes on it"
        case .brokenStore(.damaged(let fault)):
            "the VM's variable store is nothing that the firmware can use: \(fault.text)"
        }
    }

    package var hint: String? {
        switch self {
        case .notWholePages(_, let part?), .trailingBytes(_, let part?),
            .leadingBytes(_, let part?):
            part.hint
        case .notWholePages, .truncated, .trailingBytes, .leadingBytes: "upload the image again"
        case .tooLarge: "if the image is right, '-machine max-fw-size=' raises the limit"
        case .coversDevices: "give the image without the bytes in front of it"
        case .notWholeBIOS(_, isCode: true): "give the combined image (OVMF.fd, not OVMF_CODE*.fd)"
        case .notWholeBIOS(_, isCode: false): "upload the image again"
        case .otherStore(let expected, _):
            SizeClass.fourMiB.variableStoreByteCount == expected
                ? "give a variable store of that size; an EFI disk of Proxmox has it with 'efitype=4m'"
                : "recreate the EFI disk from the image's own variable store template"
        case .brokenStore(.qcow2): "attach it with format=qcow2"
        case .brokenStore(.code):
            "give the variable store that belongs to the image (OVMF_VARS*.fd)"
        case .brokenStore(.erased), .brokenStore(.damaged):
            "recreate it from the image's variable store template"
        }
    }
}
