import Planning
import Testing

struct ImageReferencesTests {
    private func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// A header of version 3 with its extensions, and the name below them.
    private func image(
        backing: String? = nil,
        extensions: [(UInt32, String)] = [],
        length: UInt64? = nil,
    ) -> [UInt8] {
        var tail: [UInt8] = []
        for (type, text) in extensions {
            tail += big(UInt64(type), 4) + big(UInt64(text.utf8.count), 4) + Array(text.utf8)
            tail += [UInt8](repeating: 0, count: (8 - text.utf8.count % 8) % 8)
        }
        tail += [UInt8](repeating: 0, count: 8)
        let name = Array((backing ?? "").utf8)
        let offset = backing == nil ? 0 : UInt64(104 + tail.count)
        return [0x51, 0x46, 0x49, 0xFB] + big(3, 4) + big(offset, 8)
            + big(length ?? UInt64(name.count), 4) + big(16, 4) + big(1 << 20, 8)
            + [UInt8](repeating: 0, count: 68) + big(104, 4) + tail + name
    }

    @Test func `an image names the one below it and the file with its data`() throws {
        let bytes = image(
            backing: "../100/base.qcow2",
            extensions: [(0xE279_2ACA, "qcow2"), (0x4441_5441, "disk.raw")]
        )
        let references = try #require(ImageReferences(bytes))
        #expect(references.backing == "../100/base.qcow2")
        #expect(references.backingFormat == "qcow2" && references.mayGoOn)
        let files = references.files(of: "/data/images/101/a.qcow2")
        #expect(
            files.map(\.path) == [
                "/data/images/101/../100/base.qcow2", "/data/images/101/disk.raw",
            ]
        )
        #expect(files.map(\.isBacking) == [true, false])
    }

    @Test func `below raw there is nothing, and a protocol is no file`() throws {
        let raw = try #require(
            ImageReferences(image(backing: "nbd://h/x", extensions: [(0xE279_2ACA, "raw")]))
        )
        #expect(!raw.mayGoOn && raw.files(of: "/a").isEmpty)
    }

    @Test func `an image that stands alone names nothing`() throws {
        let references = try #require(ImageReferences(image()))
        #expect(references.files(of: "/a").isEmpty)
    }

    @Test func `lengths that lead out of the file name nothing`() throws {
        let long = try #require(ImageReferences(image(backing: "x", length: 0xFFFF_FFFF)))
        #expect(long.backing == nil)
        var far = image(backing: "x")
        far.replaceSubrange(8..<16, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(try #require(ImageReferences(far)).backing == nil)
        for count in 0..<104 { _ = ImageReferences(Array(image(backing: "x").prefix(count))) }
        #expect(ImageReferences(Array("not an image".utf8)) == nil)
    }
}
