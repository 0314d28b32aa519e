/// The firmware volumes of an image, in the order of their offsets, and what is wrong with them.
package struct VolumeLayout: Hashable, Sendable {
    package private(set) var volumes: [FlashVolume] = []
    /// A volume with a sound header that goes on after the end of the image.
    package private(set) var truncated: FlashVolume?
    /// Where the first header stands that fails its checksum, outside of every sound volume.
    package private(set) var damagedOffset: Int?

    /// Volumes start at multiples of this in every build known, and text that looks like a header
    /// inside of compressed data does not have a right checksum at one of them.
    package static let alignment = 4096

    /// Looks at one place a page and skips what a volume covers: one pass, whatever the lengths
    /// in the headers are.
    package init(of image: Span<UInt8>) {
        var offset = 0
        while offset < image.count {
            var next = offset + Self.alignment
            switch VolumeHeader(at: offset, of: image) {
            case .none: break
            case .damaged: damagedOffset = damagedOffset ?? offset
            case .truncated(let volume): truncated = truncated ?? volume
            case .sound(let volume):
                volumes.append(volume)
                next = max(next, Self.aligned(volume.end))
            }
            offset = next
        }
    }

    private static func aligned(_ offset: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}

extension VolumeLayout {
    /// Where the last volume of code ends.
    package var endOfCode: Int? { volumes.last(where: \.holdsCode)?.end }

    /// Whether the volumes follow one another from the first byte without a gap.
    package var isContiguous: Bool {
        var end = 0
        for volume in volumes {
            guard volume.offset == end else { return false }
            end = volume.end
        }
        return true
    }
}
