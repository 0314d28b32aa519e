/// What the compressed part of an image holds.
package struct FirmwareContents: Hashable, Sendable {
    package let volumes: [UnpackedVolume]
    package let identity: BuildIdentity
    package let features: BuildFeatures

    package var modules: [FirmwareModule] { volumes.flatMap(\.modules) }

    package func contains(module name: String) -> Bool {
        volumes.contains { $0.modules.contains { $0.name == name } }
    }

    /// Unpacks all of it: about 16 MB, so a tenth of a second or two.
    ///
    /// - Returns: `nil` where the image has no compressed part in edk2's manner.
    package static func read(
        _ image: FirmwareImage,
        of bytes: Span<UInt8>,
    ) throws(ContentsFault) -> FirmwareContents? {
        guard let compressed = CompressedVolumes(in: image, of: bytes) else { return nil }
        let data = bytes.extracting(compressed.range)
        do throws(LZMAFault) {
            var decoder = try LZMADecoder(data, limit: CompressedVolumes.maximumByteCount)
            try decoder.decode(upTo: decoder.byteCount, from: data)
            return FirmwareContents(unpacked: decoder.output.span)
        } catch {
            throw .damaged(error)
        }
    }

    /// - Parameter bytes: what the compressed part unpacks to.
    package init(unpacked bytes: Span<UInt8>) {
        let volumes = UnpackedVolume.volumes(in: bytes)
        self.volumes = volumes
        identity = BuildIdentity(of: volumes, in: bytes)
        features = BuildFeatures(all: volumes)
    }
}

/// Why the compressed part of an image cannot be looked into. Firmware could not unpack it either:
/// the guest would reset for ever.
package enum ContentsFault: Failure, Hashable {
    case damaged(LZMAFault)

    package var message: String {
        switch self {
        case .damaged(.truncated): "the compressed firmware volume ends too early"
        case .damaged(.unknownProperties): "the compressed firmware volume is not LZMA"
        case .damaged(.corrupt): "the compressed firmware volume is damaged"
        }
    }

    package var hint: String? { "upload the image again" }
    package var exitStatus: ExitStatus { .imageRefused }
}
