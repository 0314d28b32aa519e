import Glibc
package import Planning
package import SystemPackage

/// A file as somebody downloaded it, read once: what is verified, unpacked and added is these bytes,
/// whatever becomes of the file meanwhile.
package struct Download: Sendable {
    /// As the operator named it, for messages.
    package let name: String
    /// At least one, at most ``Planning/ImageRequest/maximumByteCount``.
    package let bytes: [UInt8]

    /// - Parameter path: a file, or what a pipe brings.
    package init(_ path: FilePath) throws(StoreError) {
        let source = try ImageSource(path)
        let limit = ImageRequest.maximumByteCount
        let content = try rethrowing(as: {
            StoreError.sourceUnreadable(source: source.name, errno: $0)
        }) { () throws(Errno) in
            try source.descriptor.readToEnd(limit: limit, expecting: source.byteCount ?? 0)
        }
        guard let content else { throw .sourceTooLarge(source: source.name, limit: limit) }
        try self.init(name: source.name, content)
    }

    private init(name: String, _ bytes: [UInt8]) throws(StoreError) {
        guard !bytes.isEmpty else { throw .sourceEmpty(source: name) }
        self.name = name
        self.bytes = bytes
    }

    package func digests(by algorithms: [Digest.Algorithm]) -> [Digest] {
        ImageDigester.digests(of: bytes.span, by: algorithms)
    }

    /// A copy that programs can open, and not change.
    func inMemory() throws(HostError) -> SealedMemory {
        try SealedMemory.copy(of: bytes, name: "download")
    }
}

/// What an image is packed in, and can be unpacked from by a program of the host.
package enum Packing: String, Sendable, CaseIterable {
    case xz
    case gzip
    case zstd
    case qcow2

    var program: FilePath {
        switch self {
        case .xz: "/usr/bin/xz"
        case .gzip: "/usr/bin/gzip"
        case .zstd: "/usr/bin/zstd"
        case .qcow2: "/usr/bin/qemu-img"
        }
    }

    /// Debian's, for hints.
    var package: String {
        switch self {
        case .xz: "xz-utils"
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .qcow2: "qemu-utils"
        }
    }

    /// The names by which people know it. An image in a file of such a name has the rest of it.
    package var suffix: String {
        switch self {
        case .xz: ".xz"
        case .gzip: ".gz"
        case .zstd: ".zst"
        case .qcow2: ".qcow2"
        }
    }
}

extension Download {
    /// By its first bytes, whatever its name is; `nil` if the image is as it is.
    package var packing: Packing? {
        switch ForeignFormat(of: bytes.span) {
        case .xz: .xz
        case .gzip: .gzip
        case .zstd: .zstd
        case .qcow2: .qcow2
        default: nil
        }
    }

    /// What is in it, of the same name. Nothing is written to a disk on the way.
    package func unpacked(from packing: Packing) throws(LaunchFailure) -> Download {
        let content: [UInt8]
        switch packing {
        case .xz:
            // Else a small file may ask for gigabytes of memory.
            let arguments = ["--decompress", "--stdout", "--format=xz", "--memlimit=512MiB"]
            content = try printed(by: packing, arguments)
        case .gzip: content = try printed(by: packing, ["--decompress", "--stdout"])
        case .zstd: content = try printed(by: packing, ["--decompress", "--stdout", "--quiet"])
        case .qcow2: content = try converted()
        }
        return try failing { () throws(StoreError) in try Download(name: name, content) }
    }

    private func printed(
        by packing: Packing,
        _ arguments: [String],
    ) throws(LaunchFailure) -> [UInt8] {
        let packed = try failing { () throws(HostError) in try inMemory() }
        let path = try failing { () throws(HostError) in try packed.path }
        let output: ChildProcess.Output?
        do throws(ChildProcessError) {
            output = try Companion.run(
                packing.program,
                arguments,
                input: path,
                limit: ImageRequest.maximumByteCount,
            )
        } catch .outputTooLong {
            throw LaunchFailure(UnpackingError(name, packing, .tooLarge))
        } catch {
            throw LaunchFailure(error)
        }
        guard let output else { throw LaunchFailure(UnpackingError(name, packing, .noProgram)) }
        guard output.status == 0 else {
            throw LaunchFailure(UnpackingError(name, packing, .damaged))
        }
        return output.bytes
    }

    /// qemu-img opens whatever an image refers to, with our rights: it sees none that does.
    private func converted() throws(LaunchFailure) -> [UInt8] {
        if let refusal = QCOW2Header.refusal(of: bytes.span) {
            throw LaunchFailure(UnpackingError(name, .qcow2, .refused(refusal)))
        }
        let packed = try failing { () throws(HostError) in try inMemory() }
        // What is cut off reads as zeros, and convert is content with that.
        let path = try failing { () throws(HostError) in try packed.path }
        try qemuImage(["check", "-q", "-f", "qcow2", path.string])
        let byteCount = Int(clamping: QCOW2Header(bytes.span)?.diskByteCount ?? 0)
        let disk = try failing { () throws(HostError) in try MemoryFile(name: "unpacked") }
        try failing { () throws(HostError) in try disk.extend(toByteCount: byteCount) }
        let diskPath = try failing { () throws(HostError) in try disk.path }
        try qemuImage(["convert", "-n", "-f", "qcow2", "-O", "raw", path.string, diskPath.string])
        do throws(HostError) {
            return try SealedMemory(sealing: disk, byteCount: byteCount).copied()
        } catch {
            throw LaunchFailure(error)
        }
    }

    private func qemuImage(_ arguments: [String]) throws(LaunchFailure) {
        let output = try failing { () throws(ChildProcessError) in
            try Companion.run(Packing.qcow2.program, arguments)
        }
        guard let output else { throw LaunchFailure(UnpackingError(name, .qcow2, .noProgram)) }
        guard output.status == 0 else {
            throw LaunchFailure(UnpackingError(name, .qcow2, .damaged))
        }
    }
}

/// A program of the host that an import is done with.
enum Companion {
    /// Its environment is not ours, in which there may be options for it. What it says is not shown:
    /// it names files in memory.
    ///
    /// - Returns: `nil` if the program is not installed.
    static func run(
        _ program: FilePath,
        _ arguments: [String],
        input: FilePath? = nil,
        limit: Int = 1 << 20,
    ) throws(ChildProcessError) -> ChildProcess.Output? {
        guard unsafe access(program.string, X_OK) == 0 else { return nil }
        return try ChildProcess.run(
            program,
            arguments.map { ByteString($0) },
            environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"],
            input: input,
            limit: limit,
            isQuiet: true,
        )
    }
}

/// Why no image came out of a file.
package struct UnpackingError: Failure {
    package let file: String
    package let packing: Packing
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        case noProgram
        case damaged
        case tooLarge
        case refused(QCOW2Refusal)
    }

    init(_ file: String, _ packing: Packing, _ cause: Cause) {
        self.file = file
        self.packing = packing
        self.cause = cause
    }

    package var message: String { "\(quoted(file)): \(packing.rawValue): \(text)" }

    private var text: String {
        switch cause {
        case .noProgram: "cannot be unpacked: \(packing.program) is missing"
        case .damaged: "cannot be unpacked: damaged, or not all of it"
        case .tooLarge:
            "too large (expected at most \(ImageRequest.maximumByteCount) bytes in it)"
        case .refused(let refusal): refusal.text
        }
    }

    package var hint: String? {
        switch cause {
        case .noProgram: "apt install \(packing.package)"
        case .damaged: "download it again; nothing was added"
        case .tooLarge: "firmware is not that large; nothing was added"
        case .refused:
            "make a raw image of it where it was made: qemu-img convert -O raw; nothing was added"
        }
    }

    package var exitStatus: ExitStatus {
        switch cause {
        case .noProgram: .unavailable
        case .damaged, .tooLarge, .refused: .imageRefused
        }
    }
}
