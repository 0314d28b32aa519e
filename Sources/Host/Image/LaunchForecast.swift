package import Planning
package import SystemPackage

private import struct Crypto.SHA256
private import struct Crypto.SHA384

extension LaunchForecast {
    /// What the owner of the guest that `commandLine` starts should see.
    ///
    /// - Parameters:
    ///   - image: the bytes that it starts with.
    ///   - commandLine: QEMU's own.
    /// - Returns: `nil` for a normal guest.
    package init?(of image: Span<UInt8>, guest: GuestKind, commandLine: QEMUCommandLine) {
        guard guest.isConfidential else { return nil }
        do throws(MeasurementGap) {
            let launch = try MeasuredCommandLine(commandLine, guest: guest)
            self = .digests(try Self.digests(of: image, guest: MeasuredGuest(launch)))
        } catch {
            self = .unknown(error)
        }
    }

    private static func digests(
        of image: Span<UInt8>,
        guest: MeasuredGuest,
    ) throws(MeasurementGap) -> [ExpectedDigest] {
        do {
            return try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: image)
        } catch {
            throw .refused(error)
        }
    }
}

extension MeasuredGuest {
    /// Fills in what the command line only names: the host's processor and the files of the kernel.
    package init(_ launch: MeasuredCommandLine) throws(MeasurementGap) {
        let hashes = try launch.kernel.map { (kernel) throws(MeasurementGap) in
            try Self.hashes(of: kernel)
        }
        switch launch.guest {
        case .normal: throw .notConfidential
        case .sev: self = .sev(hashes)
        case .sevES:
            self = .sevES(
                try Self.processors(of: launch),
                hashes,
                only: launch.variant
            )
        case .sevSNP: self = .sevSNP(try Self.processors(of: launch), hashes)
        case .tdx: self = .tdx
        }
    }

    private static func processors(
        of launch: MeasuredCommandLine
    ) throws(MeasurementGap) -> Processors {
        let signature =
            switch launch.model {
            case .known(let signature): signature
            case .host: try hostSignature()
            }
        do {
            return try Processors(count: launch.processorCount, signature: signature)
        } catch {
            throw .refused(error)
        }
    }

    /// The signature of `-cpu host` on this host.
    package static func hostSignature() throws(MeasurementGap) -> CPUSignature {
        let text: [UInt8]
        do throws(HostFileError) {
            text = try HostFiles.content(at: "/proc/cpuinfo", limit: 16 << 20)
        } catch {
            throw .fileUnreadable(error.message)
        }
        guard let processor = HostProcessor(cpuinfo: text) else {
            throw .hostProcessor(vendor: "unknown")
        }
        guard processor.canHaveSEV else { throw .hostProcessor(vendor: processor.vendor) }
        return processor.signature
    }

    private static func hashes(
        of kernel: MeasuredCommandLine.Kernel
    ) throws(MeasurementGap) -> KernelHashes {
        try KernelHashes.reading(
            kernel: FilePath(kernel.kernel),
            initrd: kernel.initrd.map { FilePath($0) },
            commandLine: kernel.commandLine,
        )
    }
}

extension KernelHashes {
    /// As long as a kernel or an initial file system may be, in bytes.
    private static var maximumByteCount: Int { 1 << 30 }

    package static func reading(
        kernel: FilePath,
        initrd: FilePath?,
        commandLine: ByteString?,
    ) throws(MeasurementGap) -> KernelHashes {
        do throws(HostFileError) {
            let kernel = try HostFiles.content(at: kernel, limit: maximumByteCount)
            let initrd =
                try initrd.map { (path) throws(HostFileError) in
                    try HostFiles.content(at: path, limit: maximumByteCount)
                } ?? []
            return KernelHashes(
                kernel: kernel.span,
                initrd: initrd.span,
                commandLine: commandLine,
                using: CryptoHashes.SHA256.self,
            )
        } catch {
            throw .fileUnreadable(error.message)
        }
    }
}

/// The hash functions of launch digests, by swift-crypto.
///
/// Two types of the same form instead of one generic: a launch digest ends a thousand hashes, and
/// only of a concrete type does the compiler see through to the digest's bytes.
package enum CryptoHashes: HashSuite {
    package struct SHA256: HashFunction {
        package static var byteCount: Int { Crypto.SHA256.Digest.byteCount }

        private var function = Crypto.SHA256()

        package init() {}

        package mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        package consuming func finish(into output: inout [UInt8], at offset: Int) {
            unsafe function.finalize().withUnsafeBytes {
                unsafe output.replace(at: offset, with: $0)
            }
        }
    }

    package struct SHA384: HashFunction {
        package static var byteCount: Int { Crypto.SHA384.Digest.byteCount }

        private var function = Crypto.SHA384()

        package init() {}

        package mutating func update(_ bytes: Span<UInt8>) {
            unsafe bytes.withUnsafeBytes { unsafe function.update(bufferPointer: $0) }
        }

        package consuming func finish(into output: inout [UInt8], at offset: Int) {
            unsafe function.finalize().withUnsafeBytes {
                unsafe output.replace(at: offset, with: $0)
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func replace(at offset: Int, with bytes: UnsafeRawBufferPointer) {
        precondition(offset + bytes.count <= count, "no room for a digest")
        unsafe withUnsafeMutableBytes { buffer in
            unsafe buffer[offset...].copyBytes(from: bytes)
        }
    }
}
