import ArgumentParser

/// The options that describe a guest.
struct GuestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("CPUs at the start, for SEV-ES and SEV-SNP.", valueName: "n"))
    var vcpus: Int?

    @Option(
        help: ArgumentHelp("QEMU's CPU model, as in -cpu; host: this host's.", valueName: "model")
    )
    var cpu: String?

    @Option(
        help: ArgumentHelp("CPUID leaf 1, EAX, in place of a model: 0xa00f11.", valueName: "number")
    )
    var cpuSig: String?

    @Option(
        help: ArgumentHelp(
            "SEV_FEATURES, where the host's kernel sets others than usual: 0x21.",
            valueName: "number",
        )
    )
    var guestFeatures: String?

    @Option(help: ArgumentHelp("The file of -kernel, with kernel-hashes=on.", valueName: "file"))
    var kernel: String?

    @Option(help: ArgumentHelp("The file of -initrd.", valueName: "file"))
    var initrd: String?

    @Option(help: ArgumentHelp("The text of -append.", valueName: "text"))
    var append: String?

    func validate() throws { _ = try description() }

    func description() throws(ValidationError) -> GuestDescription {
        try GuestDescription(
            processorCount: vcpus,
            model: cpu,
            signature: cpuSig,
            features: guestFeatures,
            kernel: kernel,
            initrd: initrd,
            append: append,
        )
    }
}
