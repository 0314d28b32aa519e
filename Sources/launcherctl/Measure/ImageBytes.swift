import Host
import Planning

/// An image that is measured.
struct ImageBytes {
    private let argument: ImageArgument

    init(_ name: String, configuration: String?) throws(MeasurementGap) {
        do throws(LaunchFailure) {
            argument = try ImageArgument(name, configuration: configuration)
        } catch {
            throw .fileUnreadable(error.message)
        }
    }

    func digests(of guest: MeasuredGuest) throws(MeasurementGap) -> [ExpectedDigest] {
        if guest.kind == .sevSNP { return try digestsByPages(of: guest) }
        let file = try reading { () throws(HostFileError) in
            try HeldFile.whole(argument.path, limit: ImageArgument.maximumByteCount)
        }
        return try refusing { () throws(MeasurementRefusal) in
            try file.withBytes { (bytes) throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(of: guest, firmware: bytes)
            }
        }
    }

    /// Alone among the guest kinds, SEV-SNP has digests that do not depend on one another.
    private func digestsByPages(of guest: MeasuredGuest) throws(MeasurementGap) -> [ExpectedDigest]
    {
        let file = try reading { () throws(HostFileError) in
            try HeldFile(opening: argument.path, limit: ImageArgument.maximumByteCount)
        }
        var firmware = try refusing { () throws(MeasurementRefusal) in
            try SNPFirmwareDigest<CryptoHashes.SHA384>(firmwareByteCount: file.byteCount)
        }
        let image = SharedImage(file)
        try reading { () throws(HostFileError) in
            try image.digestPages { firmware.add($0) }
        }
        return try refusing { () throws(MeasurementRefusal) in
            try image.withBytes { (bytes) throws(MeasurementRefusal) in
                try LaunchDigest<CryptoHashes>.expected(
                    of: guest,
                    firmware: bytes,
                    firmwareDigest: firmware.digest,
                )
            }
        }
    }

    private func reading<Value: ~Copyable>(
        _ body: () throws(HostFileError) -> Value
    ) throws(MeasurementGap) -> Value {
        do throws(HostFileError) {
            return try body()
        } catch {
            throw .fileUnreadable(error.message)
        }
    }

    private func refusing<Value>(
        _ body: () throws(MeasurementRefusal) -> Value
    ) throws(MeasurementGap) -> Value {
        do throws(MeasurementRefusal) {
            return try body()
        } catch {
            throw .refused(error)
        }
    }
}
