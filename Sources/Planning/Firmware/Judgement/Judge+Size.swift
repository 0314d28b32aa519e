extension FirmwareImage {
    /// Why the image does not fit its place, beside the variable store.
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
        // Whatever the image would make of it, QEMU would write into what is no store.
        guard defect == .code || kind == .code && architecture == .x86 else { return nil }
        return .brokenStore(defect)
    }

    /// QEMU, `hw/i386/x86-common.c`: "could not load PC BIOS".
    private var notWholeBIOS: SizeRefusal? {
        byteCount.isMultiple(of: 65536)
            ? nil : .notWholeBIOS(byteCount: byteCount, isCode: kind == .code)
    }
}
