import Foundation
import TestSupport
import Testing

import struct Crypto.SHA256

@testable import Planning

/// Digests that other people's tools give for an image that is made in code: our reading of AMD's,
/// Intel's and QEMU's documents held against theirs, without any real image.
struct IndependentDigestTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let mode: String
        let processorCount: Int?
        let model: String
        let features: UInt64?
        let hasKernel: Bool
        let digest: String

        /// - Parameter line: of the table, its columns parted by tabs.
        init?(_ line: Substring) {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(
                String.init
            )
            guard columns.count == 6, columns[0] != "mode" else { return nil }
            mode = columns[0]
            processorCount = Int(columns[1])
            model = columns[2]
            features = UInt64(columns[3].dropFirst(2), radix: 16)
            hasKernel = columns[4] == "yes"
            digest = columns[5]
        }

        var testDescription: String {
            "\(mode) \(model) \(processorCount ?? 0) \(hasKernel ? "with a kernel" : "")"
        }
    }

    private static let table = try? String(
        contentsOf: PackageFiles.root.appending(
            path: "Tests/PlanningTests/Measurement/independent-digests.tsv"
        ),
        encoding: .utf8,
    )

    static let vectors = (table ?? "").split(separator: "\n").filter { !$0.hasPrefix("#") }
        .compactMap(Vector.init)

    private static let image = SyntheticImage.measuredByOthers

    @Test func `the table has its vectors, and names the image`() throws {
        #expect(Self.vectors.count == 52)
        let digest = hexadecimal(SHA256.hash(Self.image.span))
        #expect(try #require(Self.table).contains(digest))
    }

    @Test(arguments: vectors)
    func `a digest is that of the other tool`(vector: Vector) throws {
        #expect(try digest(vector) == vector.digest)
    }

    private func digest(_ vector: Vector) throws -> String? {
        let hashes = vector.hasKernel ? Self.hashes : nil
        let image = Self.image.span
        return switch vector.mode {
        case "sev": try LaunchDigest.sev(firmware: image, hashes: hashes).digest.hex
        case "seves": try sevES(vector, hashes).digest.hex
        case "snp": try sevSNP(vector, hashes).digest.hex
        case "ovmf-hash": try LaunchDigest.sevSNPFirmware(image).hex
        case "seves-vmsa": try lastPage(of: sevES(vector, hashes))
        case "snp-vmsa": try lastPage(of: sevSNP(vector, hashes))
        case "tdx": try LaunchDigest.tdx(firmware: image).digest.hex
        default: nil
        }
    }

    private func sevES(_ vector: Vector, _ hashes: KernelHashes?) throws -> LaunchTrace {
        try LaunchDigest.sevES(
            firmware: Self.image.span,
            processors: processors(vector),
            variants: [.init2],
            hashes: hashes,
        )[0]
    }

    private func sevSNP(_ vector: Vector, _ hashes: KernelHashes?) throws -> LaunchTrace {
        let processors = try processors(vector)
        let trace = try LaunchDigest.sevSNP(
            firmware: Self.image.span,
            processors: processors,
            hashes: hashes,
        )
        // The same, from the digest of the firmware on.
        let shorter = try LaunchDigest.sevSNP(
            firmware: Self.image.span,
            measuredAs: LaunchDigest.sevSNPFirmware(Self.image.span),
            processors: processors,
            hashes: hashes,
        )
        #expect(shorter == trace)
        return trace
    }

    /// SHA-256 of the last CPU's save area.
    private func lastPage(of trace: LaunchTrace) throws -> String {
        let areas = ExpectedDigest(variant: nil, trace).saveAreas
        let page = try #require(areas.last).page
        return hexadecimal(SHA256.hash(page.span))
    }

    private func processors(_ vector: Vector) throws -> Processors {
        try Processors(
            count: try #require(vector.processorCount),
            vmm: try vmm(vector.model),
            features: vector.features.map { GuestFeatures(rawValue: $0) },
        )
    }

    private func vmm(_ name: String) throws -> VMM {
        switch name {
        case "ec2": .ec2
        case "gce": .gce
        default: .qemu(try #require(CPUSignature(modelName: name)))
        }
    }

    private static var hashes: KernelHashes {
        let kernel = filler(12288, of: UInt8(ascii: "k"))
        let initrd = filler(5000, of: UInt8(ascii: "i"))
        return KernelHashes(
            kernel: kernel.span,
            initrd: initrd.span,
            commandLine: ByteString("quiet"),
        )
    }
}
