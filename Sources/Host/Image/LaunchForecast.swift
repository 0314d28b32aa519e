package import Planning
package import SystemPackage

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
            return try LaunchDigest.expected(of: guest, firmware: image)
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
            )
        } catch {
            throw .fileUnreadable(error.message)
        }
    }
}
