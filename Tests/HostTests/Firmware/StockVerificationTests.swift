import Glibc
import Host
import Planning
import SystemPackage
import Testing

struct StockVerificationTests {
    @Test func `a stock image may be a link to a writable file with two names`() throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: 0o644)
        try makeHardLink(storage.outside, to: storage.image)
        try makeLink(storage.images.appending("OVMF.fd"), to: "a.fd")
        let image = try verify(stockRequest(storage.images, "OVMF.fd"))
        let (byteCount, proofs) = (image.byteCount, image.proofs)
        #expect(byteCount == 3)
        #expect(proofs == [])
        let sealed = try seal(image)
        #expect(sealed.digests == [Vector.abc.sha256])
    }

    @Test(arguments: [0o664, 0o646] as [mode_t])
    func `a stock image that others may write to is refused`(mode: mode_t) throws {
        let storage = try FirmwareStorage()
        try change(storage.image, mode: mode)
        #expect(
            cause(verifying: stockRequest(storage.images, "a.fd"))
                == .writableByOthers(path: storage.image, mode: FilePermissions(rawValue: mode))
        )
    }

    @Test func `a stock image behind a link has to be a regular file all the same`() throws {
        let storage = try FirmwareStorage()
        try makePipe(storage.outside, mode: 0o444)
        let link = storage.images.appending("OVMF.fd")
        try makeLink(link, to: storage.outside.string)
        let error = #expect(throws: VerificationError.self) {
            _ = try verify(stockRequest(storage.images, "OVMF.fd"))
        }
        #expect(error?.cause == .notRegularFile(path: link, found: .fifo))
        #expect(
            error?.message == "stock firmware '\(link)': '\(link)' is not a regular file (found a"
                + " named pipe (FIFO))"
        )
    }

    @Test func `a stock image that is not there is missing, as is one behind a broken link`()
        throws
    {
        let storage = try FirmwareStorage()
        try makeLink(storage.images.appending("broken.fd"), to: "nowhere")
        for name in ["none.fd", "broken.fd"] {
            #expect(
                cause(verifying: stockRequest(storage.images, name))
                    == .fileMissing(path: storage.images.appending(name))
            )
        }
    }
}
