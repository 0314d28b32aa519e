import TestSupport
import Testing

import struct Crypto.SHA384

@testable import Planning

struct LaunchDigestTests {
    private static let image = SyntheticImage(storeByteCount: 0x5000)

    private func processors(_ count: Int = 1) throws -> Processors {
        try Processors(count: count, vmm: .qemu(CPUSignature(rawValue: 0x80_0F12)))
    }

    private func snp(_ image: SyntheticImage, hashes: KernelHashes? = nil) throws -> LaunchTrace {
        let bytes = image.build()
        return try LaunchDigest.sevSNP(
            firmware: bytes.span,
            processors: processors(),
            hashes: hashes
        )
    }

    private var hashes: KernelHashes {
        let kernel: [UInt8] = [1]
        return KernelHashes(
            kernel: kernel.span,
            initrd: [UInt8]().span,
            commandLine: nil,
        )
    }

    @Test func `an image that QEMU would not start has no digest`() throws {
        var image = Self.image
        image.sevSections = SyntheticImage.sevSections + [(0, 0, 4)]
        #expect(throws: MeasurementRefusal.self) { try snp(image) }
        image.sevSections = nil
        #expect(throws: MeasurementRefusal.image(.noSEVMetadata(nil))) { try snp(image) }
        image = Self.image
        image.resetAddress = 0
        #expect(throws: MeasurementRefusal.image(.zeroSEVReset(.sevSNP))) { try snp(image) }
        image = Self.image
        image.hashArea = (0, 0)
        #expect(throws: MeasurementRefusal.image(.noHashTable(nil))) {
            try snp(image, hashes: hashes)
        }
        image.hashArea = (0x82_0C00, 0x400)
        #expect(throws: MeasurementRefusal.image(.noHashSection)) {
            try snp(image, hashes: hashes)
        }
    }

    @Test func `half a page cannot be measured`() throws {
        let bytes = Array(Self.image.build().dropFirst(100))
        #expect(throws: MeasurementRefusal.notWholePages(byteCount: bytes.count)) {
            try LaunchDigest.sevSNP(firmware: bytes.span, processors: processors())
        }
    }

    @Test func `the steps of a digest lead to it, each by its own part`() throws {
        let bytes = Self.image.build()
        let guests: [MeasuredGuest] = [
            .sev(hashes), .sevES(try processors(3), hashes), .sevSNP(try processors(3), hashes),
            .sevSNP(try Processors(count: 2, vmm: .ec2), nil), .tdx,
        ]
        for guest in guests {
            for digest in try LaunchDigest.expected(of: guest, firmware: bytes.span) {
                #expect(digest.steps.last?.digest == digest.digest)
                #expect(Set(digest.steps.map(\.digest)).count == digest.steps.count)
            }
        }
    }

    @Test func `a step says what is measured in it`() throws {
        let bytes = Self.image.build()
        let steps = try LaunchDigest.sevES(
            firmware: bytes.span,
            processors: processors(2),
            variants: [.legacy],
            hashes: hashes,
        )[0].steps
        #expect(steps.map(\.part.name) == ["firmware", "kernel hashes", "CPU 0", "CPU 1"])
        #expect(steps[0].part.address == 0x1_0000_0000 - UInt64(bytes.count))
        #expect(steps[1].part.details.map(\.name) == ["kernel", "initrd", "command line"])
        #expect(steps[2].part.details.map(\.value) == ["0xfffffff0", "0x800f12", "0x0"])
        let sections = try snp(Self.image, hashes: hashes).steps.dropFirst().dropLast()
        #expect(sections.map(\.part.address) == Self.image.sevSections?.map { UInt64($0.0) })
        #expect(sections.filter { !$0.part.details.isEmpty }.map(\.part.name) == ["KERNEL_HASHES"])
    }

    /// Only QEMU's digest depends on the CPU's model and on how KVM sets it up.
    @Test func `a cloud's SEV-ES guest has one digest`() throws {
        let bytes = Self.image.build()
        for vmm in [VMM.ec2, .gce] {
            let guest = MeasuredGuest.sevES(try Processors(count: 2, vmm: vmm), nil)
            let digests = try LaunchDigest.expected(of: guest, firmware: bytes.span)
            #expect(digests.map(\.variant) == [nil])
        }
    }

    @Test(arguments: [0, -1, 4097, .max])
    func `a number of CPUs that cannot be is refused`(count: Int) {
        #expect(throws: MeasurementRefusal.processorCount(found: count, maximum: 4096)) {
            try processors(count)
        }
    }

    /// The digest follows the order of the sections: builds differ in nothing else there.
    @Test func `the order of the metadata's sections is measured`() throws {
        var image = Self.image
        let digest = try snp(image)
        image.sevSections?.swapAt(5, 6)
        #expect(try snp(image) != digest)
    }

    @Test func `kernel hashes and the number of CPUs are measured`() throws {
        let bytes = Self.image.build()
        let plain = try snp(Self.image)
        #expect(try snp(Self.image, hashes: hashes) != plain)
        #expect(try LaunchDigest.sevSNP(firmware: bytes.span, processors: processors(2)) != plain)
    }

    @Test func `the pages of the firmware are chained as the specification has it`() throws {
        let page = filler(4096, of: 0xFF)
        var different = page
        different[4095] = 0
        for pages in [[page, page, page], [page, different, page], [different, different, page]] {
            let image = pages.flatMap(\.self)
            let digest = try LaunchDigest.sevSNPFirmware(image.span)
            #expect(digest.bytes == linkByLink(pages))
        }
    }

    @Test(arguments: [nil, .legacy, .init2] as [ExpectedDigest.Variant?])
    func `a variant that is decided is the only one to expect`(
        variant: ExpectedDigest.Variant?
    ) throws {
        let bytes = Self.image.build()
        let all = try LaunchDigest.expected(
            of: .sevES(processors(), nil),
            firmware: bytes.span,
        )
        #expect(all.map(\.variant) == [.legacy, .init2])
        let expected = try LaunchDigest.expected(
            of: .sevES(processors(), nil, only: variant),
            firmware: bytes.span,
        )
        #expect(expected == all.filter { variant == nil || $0.variant == variant })
    }

    /// The chain as the specification has it, page by page.
    private func linkByLink(_ pages: [[UInt8]]) -> [UInt8] {
        var digest = filler(48, of: 0)
        for (index, page) in pages.enumerated() {
            let address = 1 << 32 - UInt64((pages.count - index) * 4096)
            let info =
                digest + SHA384.hash(page.span) + [0x70, 0, 1, 0, 0, 0, 0, 0]
                + littleEndian(address)
            digest = SHA384.hash(info.span)
        }
        return digest
    }

    @Test func `what a TDX guest's variable store holds is not in MRTD, the code is`() throws {
        let bytes = Self.image.build()
        let digest = try LaunchDigest.tdx(firmware: bytes.span)
        var other = bytes
        other[0x2000] ^= 1
        #expect(try LaunchDigest.tdx(firmware: other.span) == digest)
        other[0x6000] ^= 1
        #expect(try LaunchDigest.tdx(firmware: other.span) != digest)
    }

    @Test func `code without its variable store has no MRTD`() throws {
        let bytes = Array(Self.image.build()[0x5000...])
        #expect(throws: MeasurementRefusal.self) { try LaunchDigest.tdx(firmware: bytes.span) }
    }

    /// Metadata is checked before pages are counted, so no length in it makes the loop long.
    @Test func `metadata that asks for all memory there could be is refused at once`() throws {
        var image = Self.image
        image.tdxSections?.append(
            .init(address: 0, size: 1 << 63, type: 3)
        )
        let bytes = image.build()
        #expect(throws: MeasurementRefusal.self) { try LaunchDigest.tdx(firmware: bytes.span) }
        image.sevSections?.append((0, .max, 1))
        #expect(throws: MeasurementRefusal.self) { try snp(image) }
    }
}

struct KernelHashesTests {
    private func hashes(_ commandLine: ByteString?) -> KernelHashes {
        let kernel: [UInt8] = [1, 2, 3]
        let initrd: [UInt8] = []
        return KernelHashes(
            kernel: kernel.span,
            initrd: initrd.span,
            commandLine: commandLine,
        )
    }

    @Test func `the table has its three entries in QEMU's order and is padded`() {
        let hashes = hashes("quiet")
        let table = hashes.table
        #expect(table.count == 176)
        #expect(Array(table[16..<18]) == [168, 0])
        #expect(Array(table[36..<68]) == hashes.commandLine)
        #expect(Array(table[86..<118]) == hashes.initrd)
        #expect(Array(table[136..<168]) == hashes.kernel)
        #expect(table[168...].allSatisfy { $0 == 0 })
    }

    @Test func `no command line is an empty one with its NUL`() {
        #expect(hashes(nil) == hashes(""))
        #expect(
            hexadecimal(hashes(nil).commandLine)
                == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        )
    }
}
