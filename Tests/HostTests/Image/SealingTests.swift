import Glibc
import Host
import Planning
import SystemPackage
import TestSupport
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
            error.message == "firmware image 'local:efi-firmware/a.fd': checksum differs"
                + " (expected \(expected), found \(found))"
        )
        #expect(
            error.hint == "upload the image again, or, if you trust what is there: launcherctl"
                + " firmware pin --replace --config launcher.conf local:efi-firmware/a.fd"
        )
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
        #expect(refusal?.message.contains(Vector.abc.sha256.hex) == true)
        #expect(refusal?.hint?.contains("launcherctl firmware pin") == true)
    }

    private func refusal(of request: ImageRequest) -> VerificationError? {
        #expect(throws: VerificationError.self) { _ = try seal(verify(request)) }
    }
}

struct ImageDescriptorTests {
    @Test func `the image cannot be changed through any descriptor`() throws {
        let storage = try FirmwareStorage()
        let image = try placed(storage)
        let path = FilePath(path(of: image))
        try change(path, mode: 0o666)  // Its owner may; only the seals stand then.
        for descriptor in [
            FileDescriptor(rawValue: image.number), try .open(path, .readOnly),
            try .open(path, .readWrite),
        ] {
            let number = descriptor.rawValue
            #expect(unsafe Glibc.write(number, "x", 1) == -1)
            #expect(ftruncate(number, 0) == -1)
            #expect(ftruncate(number, 4096) == -1)
            let shared = unsafe mmap(nil, 1, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0)
            #expect(unsafe shared == MAP_FAILED)
            if number != image.number { try descriptor.close() }
        }
        #expect(try bytes(of: path) == Vector.abc.content)
    }

    @Test func `the descriptor is open for reading only and survives an exec`() throws {
        let storage = try FirmwareStorage()
        let image = try placed(storage)
        #expect(fcntl(image.number, F_GETFL) & O_ACCMODE == O_RDONLY)
        #expect(fcntl(image.number, F_GETFD) == 0)
        let status = try Stat(FileDescriptor(rawValue: image.number))
        #expect(status.permissions == [.ownerRead, .groupRead, .otherRead])
    }

    @Test func `the name in proc tells the image and its digest`() throws {
        let storage = try FirmwareStorage()
        let image = try placed(storage)
        #expect(
            try link(path(of: image))
                == "/memfd:local:efi-firmware/a.fd \(Vector.abc.sha256) (deleted)"
        )
    }

    @Test(arguments: ["a", "ä", "€", "🙂"])
    func `a long name is cut between characters`(character: String) throws {
        let storage = try FirmwareStorage()
        let request = ImageRequest(
            name: "x" + String(repeating: character, count: 300),
            root: storage.root,
            directories: ["template/efi-firmware"],
            fileName: "a.fd",
            pins: storage.request().pins,
            configuration: "launcher.conf",
            rules: storage.request().rules
        )
        let image = try place(request)
        let name = try link(path(of: image))
        #expect(name.hasPrefix("/memfd:x\(character)\(character)"))
        #expect(name.hasSuffix("\(character) (deleted)"))
    }

    @Test func `before it is placed, nothing of an image would survive an exec`() async {
        await #expect(processExitsWith: .success) {
            let inherited = inheritable()
            let storage = try FirmwareStorage()
            let verified = try verify(storage.request())
            #expect(inheritable() == inherited)
            let sealed = try seal(verified)
            #expect(inheritable() == inherited)
            let image = try ReservedDescriptor(avoiding: Set(10..<60)).hold(sealed)
            #expect(inheritable() == (inherited + [image.number]).sorted())
        }
    }

    @Test func `numbers of the command line are avoided, open descriptors left alone`() async {
        await #expect(processExitsWith: .success) {
            let storage = try FirmwareStorage()
            // Far above the descriptors that the test's own harness has open.
            try check(dup2(1, 700))
            let image = try place(storage.request(), avoiding: Set(10..<700).union([701]))
            #expect(image.number == 702)
            #expect(fcntl(700, F_GETFD) == 0)
            #expect(fcntl(701, F_GETFD) == -1)
        }
    }

    @Test(arguments: [10, 13])
    func `where the limit leaves no number, the error says so`(limit: Int) async {
        await #expect(processExitsWith: .success) { [limit] in
            let storage = try FirmwareStorage()
            let sealed = try seal(verify(storage.request()))
            storage.remove()
            var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
            try check(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits))
            do throws(HostError) {
                _ = try ReservedDescriptor(avoiding: [10, 11, 12]).hold(sealed)
                Issue.record("placed all the same")
            } catch {
                #expect(error == .descriptorsExhausted(errno: .invalidArgument))
            }
        }
    }

    private func placed(_ storage: FirmwareStorage) throws -> ImageDescriptor {
        try place(storage.request())
    }

    private func path(of image: borrowing ImageDescriptor) -> String {
        "/proc/self/fd/\(image.number)"
    }

    private func link(_ path: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        let count = try check(unsafe readlink(path, &buffer, buffer.count))
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
