package import Planning
import SystemPackage

/// One volume's place in a storage: where its image is put, and taken away.
package struct FirmwareStore: Sendable {
    package let volume: FirmwareVolume
    let request: ImageRequest

    /// - Parameter location: of the volume, as the launcher will look for it.
    /// - Parameter proofs: which of them count as read-only.
    package init(
        _ volume: FirmwareVolume,
        at location: FirmwareLocation,
        accepting proofs: [ReadOnlyProof],
    ) {
        self.volume = volume
        request = ImageRequest(
            name: volume.description,
            root: location.root,
            directories: location.directories,
            fileName: location.fileName,
            pins: [],
            configuration: "",
            rules: .volume(accepting: proofs),
        )
    }

    /// Takes the image away, durably.
    package func remove() throws(StoreError) {
        let directory = try StoreDirectory(for: request, creating: false)
        let path = directory.path.appending(volume.fileName)
        do throws(Errno) {
            try directory.remove(volume.fileName)
            try directory.sync()
        } catch .noSuchFileOrDirectory {
            throw .missing(volume: volume, path: path)
        } catch .notPermitted {
            throw .immutable(path: path, errno: .notPermitted)
        } catch {
            throw .failed(operation: "unlink", path: path, errno: error)
        }
    }
}

/// What adding an image came to.
package struct AddedImage: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case added
        /// The same bytes were there already.
        case alreadyThere
        /// The same bytes were there, and somebody could have written to them.
        case madeReadOnly
    }

    package let outcome: Outcome
    package let path: String
    package let byteCount: Int
    /// SHA-256 first, and what else was asked for.
    package let digests: [Digest]
}
