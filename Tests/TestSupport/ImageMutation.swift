import Planning

/// One thing that is wrong in a firmware image or in a variable store, what the judgement says of
/// it, and whether QEMU boots it.
///
/// The recipes work on every image whose volumes OVMF's build has made: on Debian's, and on the small
/// ones that tests make.
package struct ImageMutation: Sendable, CustomStringConvertible {
    package enum Verdict: Hashable, Sendable {
        case accepted
        /// By this code, at a launch already.
        case refused(String)
        /// Only where all of the image is unpacked; a launch on q35 accepts it.
        case refusedWhenUnpacked(String)
    }

    /// Seen with Debian 12's OVMF in QEMU 7.2, on q35.
    package enum Outcome: Hashable, Sendable {
        case boots
        case doesNotBoot
    }

    package enum Subject: Hashable, Sendable {
        case code
        case store
    }

    package let name: String
    package let subject: Subject
    package let verdict: Verdict
    package let outcome: Outcome
    package var description: String { name }

    package let apply: @Sendable (inout [UInt8], Parts) -> Void

    /// Where in an image the recipes find what they change.
    package struct Parts: Sendable {
        /// Volumes of code.
        package var main = 0
        package var security = 0
        package var end = 0
        /// Of the section with the first phase's program.
        package var program = 0

        /// Files of a volume come after the pad file around its extended header.
        package var mainFile: Int { main + 0x78 }
        package var section: Int { mainFile + 24 }
        package var packed: Int { section + 24 }
        package var packedEnd = 0
        package var core: Int { security + 0x78 }

        package init(of image: [UInt8]) {
            let volumes = FirmwareImage(image.span).layout.volumes
            end = image.count
            main = volumes.first { $0.name == FlashVolume.Name.main }?.offset ?? 0
            security = volumes.first { $0.name == FlashVolume.Name.security }?.offset ?? 0
            guard security > 0 else { return }
            packedEnd = section + image.size(at: section)
            program = core + 24
            while program < core + image.size(at: core + 20),
                image[program + 3] != 0x10, image[program + 3] != 0x12
            {
                program += (image.size(at: program) + 3) / 4 * 4
            }
        }
    }

    package func applied(to image: [UInt8]) -> [UInt8] {
        var mutant = image
        apply(&mutant, Parts(of: image))
        return mutant
    }
}

extension [UInt8] {
    /// The 24 bits that sections and files have for their length.
    fileprivate func size(at offset: Int) -> Int {
        Int(self[offset]) | Int(self[offset + 1]) << 8 | Int(self[offset + 2]) << 16
    }

    /// Bytes without a pattern, the same in every run.
    package static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}

// MARK: - Recipes

extension ImageMutation {
    private init(
        _ name: String,
        _ subject: Subject,
        _ verdict: Verdict,
        _ outcome: Outcome,
        _ apply: @escaping @Sendable (inout [UInt8], Parts) -> Void,
    ) {
        self.name = name
        self.subject = subject
        self.verdict = verdict
        self.outcome = outcome
        self.apply = apply
    }

    private static func code(
        _ name: String,
        _ verdict: Verdict,
        _ outcome: Outcome,
        _ apply: @escaping @Sendable (inout [UInt8], Parts) -> Void,
    ) -> ImageMutation {
        ImageMutation(name, .code, verdict, outcome, apply)
    }

    private static func store(
        _ name: String,
        _ verdict: Verdict,
        _ outcome: Outcome,
        at offset: Int,
        _ bytes: [UInt8],
        keepsChecksum: Bool = false,
    ) -> ImageMutation {
        ImageMutation(name, .store, verdict, outcome) { image, _ in
            image.write(bytes, at: offset)
            // A change that the checksum gives away hides what it is about.
            if offset < 0x48, !keepsChecksum { image.fixVolumeChecksum() }
        }
    }

    package static let all = ofCode + ofStores

    package static let ofCode: [ImageMutation] = [
        code("main volume: checksum", .refused("FW-E03"), .boots) { image, parts in
            image[parts.main + 0x32] ^= 1
        },
        code("main file: another type", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image[parts.mainFile + 18] = 0x07
        },
        code("main file: no length", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([0, 0, 0], at: parts.mainFile + 20)
        },
        code("main file: longer than its volume", .refused("FW-E03"), .doesNotBoot) {
            image,
            parts in image.write([0xFF, 0xFF, 0x7F], at: parts.mainFile + 20)
        },
        code("main file: checksum of its header", .accepted, .boots) { image, parts in
            image[parts.mainFile + 16] ^= 0xFF
        },
        code("main file: another name", .accepted, .boots) { image, parts in
            image.write(.noise(16), at: parts.mainFile)
        },
        code("section: another type", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image[parts.section + 3] = 0x19
        },
        code("section: no length", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([0, 0, 0], at: parts.section)
        },
        code("section: another GUID", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write(.noise(16), at: parts.section + 4)
        },
        code("section: its data outside of it", .refused("FW-E03"), .doesNotBoot) {
            image,
            parts in image.write([0xFF, 0xFF], at: parts.section + 20)
        },
        code("LZMA: properties", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image[parts.packed] = 0xFF
        },
        code("LZMA: first byte", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image[parts.packed + 13] = 1
        },
        code("LZMA: no size", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([UInt8](repeating: 0, count: 8), at: parts.packed + 5)
        },
        code("LZMA: size left open", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([UInt8](repeating: 0xFF, count: 8), at: parts.packed + 5)
        },
        code("LZMA: size too small", .refusedWhenUnpacked("FW-E03"), .doesNotBoot) {
            image,
            parts in image[parts.packed + 6] &-= 1
        },
        code("LZMA: size too large", .refusedWhenUnpacked("FW-E03"), .doesNotBoot) {
            image,
            parts in image[parts.packed + 6] &+= 1
        },
        code("LZMA: bit flipped near the start", .refusedWhenUnpacked("FW-E03"), .doesNotBoot) {
            image,
            parts in image[parts.packed + 0x40] ^= 0x10
        },
        code("LZMA: bit flipped in the middle", .refusedWhenUnpacked("FW-E03"), .doesNotBoot) {
            image,
            parts in image[(parts.packed + parts.packedEnd) / 2] ^= 0x10
        },
        code("LZMA: bit flipped near the end", .refusedWhenUnpacked("FW-E03"), .doesNotBoot) {
            image,
            parts in image[parts.packedEnd - 20] ^= 0x10
        },
        code("first phase: no program", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image[parts.core + 18] = 0x07
        },
        code("first phase: wiped", .refused("FW-E03"), .doesNotBoot) { image, parts in
            let count = parts.program - parts.core + 0x100
            image.write([UInt8](repeating: 0xFF, count: count), at: parts.core)
        },
        code("first phase: program wiped", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([UInt8](repeating: 0, count: 0x100), at: parts.program + 4)
        },
        code("first phase: not a program", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write([0x58, 0x58], at: parts.program + 4)
        },
        code("first phase: noise in its code", .accepted, .doesNotBoot) { image, parts in
            let count = image.size(at: parts.program)
            image.write(.noise(count / 2), at: parts.program + count / 3)
        },
        code("first phase: checksum of its header", .accepted, .boots) { image, parts in
            image[parts.core + 16] ^= 0xFF
        },
        code("reset vector: noise", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.write(.noise(16), at: parts.end - 16)
        },
        code("reset vector: erased", .refused("FW-E08"), .doesNotBoot) { image, parts in
            image.write([UInt8](repeating: 0xFF, count: 16), at: parts.end - 16)
        },
        code("volume top file: no signature", .refused("FW-E08"), .boots) { image, parts in
            image.write([0, 0, 0, 0], at: parts.end - 20)
        },
        code("table of GUIDs: footer", .accepted, .boots) { image, parts in
            image.write(.noise(16), at: parts.end - 48)
        },
        code("first page missing", .refused("FW-E03"), .doesNotBoot) { image, parts in
            image.removeSubrange(parts.main..<parts.main + 4096)
        },
        code("last page missing", .refused("FW-E05"), .doesNotBoot) { image, _ in
            image.removeLast(4096)
        },
        code("a page added", .refused("FW-E05"), .doesNotBoot) { image, _ in
            image += [UInt8](repeating: 0, count: 4096)
        },
    ]

    private static let variables = SyntheticImage.variables.bytes

    package static let ofStores: [ImageMutation] = [
        ImageMutation("store: noise", .store, .refused("FW-E15"), .doesNotBoot) { image, _ in
            image = .noise(image.count)
        },
        ImageMutation("store: erased", .store, .refused("FW-E15"), .doesNotBoot) { image, _ in
            image = [UInt8](repeating: 0xFF, count: image.count)
        },
        ImageMutation("store: zeros", .store, .accepted, .boots) { image, _ in
            image = [UInt8](repeating: 0, count: image.count)
        },
        store(
            "store: zeros for a header",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0,
            [UInt8](repeating: 0, count: 0x48),
            keepsChecksum: true,
        ),
        store("store volume: signature", .refused("FW-E15"), .doesNotBoot, at: 0x28, [0x58]),
        store(
            "store volume: checksum",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x32,
            [1, 2],
            keepsChecksum: true,
        ),
        store("store volume: GUID", .refused("FW-E15"), .doesNotBoot, at: 0x10, .noise(16)),
        store(
            "store volume: half as long",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x20,
            littleEndian(UInt64(0x4_2000)),
        ),
        store(
            "store volume: twice as long",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x20,
            littleEndian(UInt64(0x10_8000)),
        ),
        store(
            "store volume: no length",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x20,
            littleEndian(UInt64(0)),
        ),
        store(
            "store volume: attributes",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x2C,
            [0, 0, 0, 0],
        ),
        store("store volume: revision", .refused("FW-E15"), .doesNotBoot, at: 0x37, [1]),
        store(
            "store volume: blocks",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x38,
            littleEndian(UInt32(0x40)),
        ),
        store("store volume: reserved byte", .accepted, .boots, at: 0x36, [0x60]),
        store("store: GUID", .refused("FW-E15"), .doesNotBoot, at: 0x48, .noise(16)),
        store("store: no size", .refused("FW-E15"), .doesNotBoot, at: 0x58, [0, 0, 0, 0]),
        store(
            "store: larger than its volume",
            .refused("FW-E15"),
            .boots,
            at: 0x58,
            littleEndian(UInt32(0x8_4000)),
        ),
        store("store: not formatted", .refused("FW-E15"), .doesNotBoot, at: 0x5C, [0]),
        store("store: not healthy", .refused("FW-E15"), .doesNotBoot, at: 0x5D, [0]),
        store(
            "store: zeros for its header",
            .refused("FW-E15"),
            .doesNotBoot,
            at: 0x48,
            [UInt8](repeating: 0, count: 28),
        ),
        store(
            "store: zeros for its variables",
            .accepted,
            .doesNotBoot,
            at: 0x64,
            [UInt8](repeating: 0, count: 0x1000),
        ),
        store("store: reserved bytes", .accepted, .boots, at: 0x5E, [1, 2, 3, 4, 5, 6]),
        store(
            "store: a variable without an end",
            .accepted,
            .boots,
            at: 0x64,
            [0xAA, 0x55, 0x3F, 0] + [UInt8](repeating: 0xFF, count: 56),
        ),
    ]
}
