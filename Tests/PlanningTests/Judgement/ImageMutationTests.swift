import Foundation
import Planning
import TestSupport
import Testing

/// Every recipe has its verdict, on small images that tests make; SystemTests has the same of Debian's,
/// beside what QEMU does with them.
struct ImageMutationTests {
    private static let context = JudgementContext(
        guest: .normal,
        attachment: .flash,
        machineType: "q35",
    )

    private static let images: [MadeImage] = [.code, .codeOld, .combined]

    @Test(arguments: ImageMutation.ofCode, images)
    func `a mutant of code has its verdict`(mutation: ImageMutation, made: MadeImage) throws {
        let sound = try made.bytes()
        let mutant = mutation.applied(to: sound)
        #expect(mutant != sound)
        let atLaunch = judge(mutant.span, in: Self.context).refusal?.code.rawValue
        let whole = judge(mutant.span, depth: .whole, in: Self.context).refusal?.code.rawValue
        switch mutation.verdict {
        case .accepted:
            #expect(atLaunch == nil && whole == nil)
        case .refused(let code):
            #expect(atLaunch == code && whole == code)
            #expect(refusalOfForm(mutant.span, for: .x86)?.code.rawValue == code)
        case .refusedWhenUnpacked(let code):
            #expect(whole == code)
            #expect(refusalOfForm(mutant.span, for: .x86)?.code.rawValue == code)
        }
    }

    /// Where the launcher unpacks the start, it does not drop what the decoder says.
    @Test(arguments: ["LZMA: size too small", "LZMA: bit flipped near the start"])
    func `a launch on an i440FX machine tells what the decoder found`(name: String) throws {
        let mutation = try #require(ImageMutation.ofCode.first { $0.name == name })
        var context = Self.context
        context.machineType = "pc"
        for made in Self.images {
            let mutant = mutation.applied(to: try made.bytes())
            #expect(judge(mutant.span, in: context).refusal?.code.rawValue == "FW-E03")
        }
    }

    @Test(arguments: ImageMutation.ofStores, [MadeImage.store, .storeUsed])
    func `a mutant of a store has its verdict`(mutation: ImageMutation, made: MadeImage) throws {
        let mutant = mutation.applied(to: try made.bytes())
        let commandLine = QEMUCommandLine(["kvm", "-drive", "if=pflash,unit=1,format=raw,file=/v"])
        let attached = try AttachedFirmware(commandLine, machine: MachineOptions(commandLine))
        let store = try #require(try FlashFile(variablesOf: attached, in: commandLine))
        let file = VariableStoreFile(
            start: Array(mutant.prefix(VariableStoreFile.startByteCount)),
            byteCount: UInt64(mutant.count),
        )
        var context = Self.context
        context.store = .init(store, file: file)
        let code = try MadeImage.code.bytes()
        let found = judge(code.span, in: context).refusal?.code.rawValue
        #expect(found == (mutation.verdict == .accepted ? nil : "FW-E15"))
    }

    @Test func `whatever is accepted and dead, or refused and boots, is on the page`() throws {
        let text = try String(
            contentsOf: PackageFiles.root.appending(path: "docs/image-codes.md"),
            encoding: .utf8,
        )
        for mutation in ImageMutation.all {
            let isOdd = (mutation.verdict == .accepted) != (mutation.outcome == .boots)
            if isOdd { #expect(text.contains(mutation.name), "\(mutation.name)") }
        }
    }
}
