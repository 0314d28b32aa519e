import Foundation
import Planning
import TestSupport
import Testing

/// Debian's images with one thing wrong in each: what the judgement says, and what a real QEMU does.
/// `./Scripts/stress mutations` tries every recipe on every image; else a few are enough.
@Suite(
    .enabled(
        if: Machine.hasQEMU && BootedFirmware.hasImages,
        "needs qemu-system-x86 and Debian's ovmf"
    ),
    .serialized
)
struct MutatedFirmwareTests {
    struct Mutant: Sendable, CustomTestStringConvertible {
        let mutation: ImageMutation
        let code: String
        let store: String

        var testDescription: String { "\(mutation.name) in \(code)" }
    }

    private static let isWhole = ProcessInfo.processInfo.environment["LAUNCHER_MUTATIONS"] == "all"
    private static let table = ProcessInfo.processInfo.environment["LAUNCHER_MUTATION_TABLE"]

    /// One or two for each outcome.
    private static let few: Set<String> = [
        "main file: another name", "section: another GUID", "LZMA: size too small",
        "first phase: program wiped", "store: not formatted", "store: reserved bytes",
    ]

    private static let mutants: [Mutant] = {
        let recipes = ImageMutation.all.filter { isWhole || few.contains($0.name) }
        return recipes.flatMap { mutation in
            let large = Mutant(
                mutation: mutation,
                code: "OVMF_CODE_4M.fd",
                store: "OVMF_VARS_4M.fd",
            )
            let small = Mutant(mutation: mutation, code: "OVMF_CODE.fd", store: "OVMF_VARS.fd")
            return isWhole && mutation.subject == .code ? [large, small] : [large]
        }
    }()

    @Test(arguments: mutants)
    func `a mutant is judged and boots as its recipe says`(mutant: Mutant) throws {
        var code = try BootedFirmware.image(mutant.code)
        var store = try BootedFirmware.image(mutant.store)
        switch mutant.mutation.subject {
        case .code: code = mutant.mutation.applied(to: code)
        case .store: store = mutant.mutation.applied(to: store)
        }
        let codes = try verdicts(code, store)
        switch mutant.mutation.verdict {
        case .accepted: #expect(codes == [nil, nil])
        case .refused(let code): #expect(codes == [code, code])
        case .refusedWhenUnpacked(let code): #expect(codes == [nil, code])
        }
        let guest = try BootedFirmware(code, .flash, store: store, machine: "q35")
        let limit = 2 * (try #require(BootedFirmware.usualProcessorSeconds))
        let boots = guest.boots(withinProcessorSeconds: limit)
        #expect(boots == (mutant.mutation.outcome == .boots))
        try record(mutant, codes, boots)
    }

    /// At a launch on q35, and where all is unpacked.
    private func verdicts(_ code: [UInt8], _ store: [UInt8]) throws -> [String?] {
        var context = try BootedFirmware.context("q35", .flash, store: store.count)
        context.store = .init(
            byteCount: store.count,
            defect: VariableStoreFile(
                start: Array(store.prefix(VariableStoreFile.startByteCount)),
                byteCount: UInt64(store.count),
            ).defect(of: store.count),
        )
        return [JudgementDepth.launch, .whole].map { depth in
            judge(code.span, depth: depth, in: context).refusal?.code.rawValue
        }
    }

    private func record(_ mutant: Mutant, _ codes: [String?], _ boots: Bool) throws {
        guard let table = Self.table, let file = FileHandle(forWritingAtPath: table) else { return }
        let columns = [
            mutant.mutation.name, mutant.code, codes[0] ?? "accepted", codes[1] ?? "accepted",
            boots ? "boots" : "does not boot",
        ]
        try file.seekToEnd()
        try file.write(contentsOf: Data((columns.joined(separator: "\t") + "\n").utf8))
        try file.close()
    }
}
