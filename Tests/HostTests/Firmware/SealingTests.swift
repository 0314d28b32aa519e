import Glibc
import Host
import Planning
import SystemPackage
import Testing

struct SealingTests {
    @Test(arguments: [Vector.abc, .millionA])
    func `the sealed bytes are the file's, and every pinned algorithm is computed`(
        vector: Vector
    )
        throws
    {
        let storage = try FirmwareStorage(content: vector.content)
        let pins = [vector.sha512, vector.sha256, vector.sha384]
        let sealed = try seal(verify(storage.request(pins: pins)))
        let digests = sealed.digests
        #expect(digests == [vector.sha256, vector.sha384, vector.sha512])
        #expect(sealed.byteCount == vector.content.count)
        let content = sealed.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        }
        #expect(content == vector.content)
    }

    @Test(
        arguments: [\Vector.sha256, \.sha384, \.sha512] as [any KeyPath<Vector, Digest> & Sendable]
    )
    func `one pin that differs is enough to refuse, and the message leads to it`(
        other: any KeyPath<Vector, Digest> & Sendable
    ) throws {
        let storage = try FirmwareStorage()
        let (expected, found) = (Vector.millionA[keyPath: other], Vector.abc[keyPath: other])
        let error = try #require(
            refusal(of: storage.request(pins: [Vector.abc.sha256, expected]))
        )
        #expect(
            error.message == "firmware volume 'local:efi-firmware/a.fd': checksum differs"
                + " (expected \(expected), found \(found))"
        )
        #expect(error.hint == "re-upload the image, or update its pin in launcher.conf line 2")
        #expect(error.exitStatus == .imageRefused)
    }

    @Test func `a tampered image of the same size is refused`() throws {
        var content = Vector.millionA.content
        content[content.count - 1] ^= 1
        let storage = try FirmwareStorage(content: content)
        let error = try #require(
            refusal(of: storage.request(pins: [Vector.millionA.sha256]))
        )
        #expect(error.exitStatus == .imageRefused)
        guard case .checksumDiffers(Vector.millionA.sha256, _, _) = error.cause else {
            Issue.record("refused for another reason: \(error)")
            return
        }
    }

    @Test(arguments: [0, 1, 999_999, 1_000_001, 9_000_000])
    func `an image that changes its size after it was verified is refused`(size: Int) throws {
        let storage = try FirmwareStorage(content: Vector.millionA.content)
        let image = try verify(storage.request(pins: [Vector.millionA.sha256]))
        try change(storage.image, mode: 0o644)
        try resize(storage.image, to: size)
        do throws(VerificationError) {
            _ = try seal(image)
            Issue.record("sealed all the same")
            return
        } catch {
            #expect(error.exitStatus == .imageRefused)
            guard case .changedWhileRead(storage.image, 1_000_000, let found) = error.cause else {
                Issue.record("refused for another reason: \(error)")
                return
            }
            #expect(size < 1_000_000 ? found == size : found > 1_000_000)
        }
    }

    @Test func `an image that is replaced after it was verified is not the one that is sealed`()
        throws
    {
        let storage = try FirmwareStorage()
        let image = try verify(storage.request())
        try write(Array("evil".utf8), to: storage.outside)
        try move(storage.outside, to: storage.image)
        let sealed = try seal(image)
        let content = sealed.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        }
        #expect(content == Vector.abc.content)
    }

    @Test func `an image without a pin is not sealed`() throws {
        let storage = try FirmwareStorage()
        let refusal = refusal(of: storage.request(pins: []))
        let cause = VerificationError.Cause.notPinned(
            found: Vector.abc.sha256,
            image: FirmwareStorage.name,
            configuration: "launcher.conf"
        )
        #expect(refusal?.cause == cause)
        #expect(refusal?.exitStatus == .configuration)
        #expect(refusal?.hint?.contains(Vector.abc.sha256.hex) == true)
    }

    private func refusal(of request: ImageRequest) -> VerificationError? {
        #expect(throws: VerificationError.self) { _ = try seal(verify(request)) }
    }
}
