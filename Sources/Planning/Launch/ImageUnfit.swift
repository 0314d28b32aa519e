/// Why a guest cannot start with the image that it asked for: the image by its name, and what its
/// structure tells.
package struct ImageUnfit: Failure {
    /// `firmware volume 'local:efi-firmware/a.fd'`
    package let image: String
    package let refusal: ImageRefusal

    package init(image: String, refusal: ImageRefusal) {
        self.image = image
        self.refusal = refusal
    }

    package var message: String { "\(image): \(refusal.message)" }
    package var hint: String? { refusal.hint }
    package var exitStatus: ExitStatus { refusal.exitStatus }
}
