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
        do throws(LaunchFailure) {
            let launch = try failing { () throws(MeasurementGap) in
                try MeasuredCommandLine(commandLine, guest: guest)
            }
            let guest = try MeasuredGuest(launch)
            self = .digests(
                try failing { () throws(MeasurementRefusal) in
                    try LaunchDigest.expected(of: guest, firmware: image)
                }
            )
        } catch {
            self = .unknown(error)
        }
    }
}

extension MeasuredGuest {
    /// Fills in what the command line only names: the host's processor and the files of the kernel.
    package init(_ launch: MeasuredCommandLine) throws(LaunchFailure) {
        let hashes = try launch.kernel.map { (kernel) throws(LaunchFailure) in
            try Self.hashes(of: kernel)
        }
        switch launch.guest {
        case .normal: throw LaunchFailure(MeasurementGap.notConfidential)
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
    ) throws(LaunchFailure) -> Processors {
        let signature =
            switch launch.model {
            case .known(let signature): signature
            case .host: try hostSignature()
            }
        return try failing { () throws(MeasurementRefusal) in
            try Processors(count: launch.processorCount, vmm: .qemu(signature))
        }
    }

    /// The signature of `-cpu host` on this host.
    package static func hostSignature() throws(LaunchFailure) -> CPUSignature {
        let text: [UInt8]
        do throws(HostFileError) {
            text = try HostFiles.content(at: "/proc/cpuinfo", limit: 16 << 20)
        } catch {
            throw LaunchFailure(MeasurementGap.fileUnreadable(cause: LaunchFailure(error)))
        }
        guard let processor = HostProcessor(cpuinfo: text) else {
            throw LaunchFailure(MeasurementGap.hostProcessor(vendor: "unknown"))
        }
        guard processor.canHaveSEV else {
            throw LaunchFailure(MeasurementGap.hostProcessor(vendor: processor.vendor))
        }
        return processor.signature
    }

    private static func hashes(
        of kernel: MeasuredCommandLine.Kernel
    ) throws(LaunchFailure) -> KernelHashes {
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
    ) throws(LaunchFailure) -> KernelHashes {
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
            throw LaunchFailure(MeasurementGap.fileUnreadable(cause: LaunchFailure(error)))
        }
    }
}
