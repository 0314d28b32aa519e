import Planning

/// A kernel whose program headers lie where the firmware does.
extension Attack {
    static let kernels = ["multiboot", "pvh"].flatMap { kind in
        [
            kernel("a \(kind) kernel over the flash", ["-kernel", "$\(kind)"]),
            kernel("a \(kind) kernel as the machine's", ["-machine", "kernel=$\(kind)"]),
            kernel(
                "a \(kind) kernel from a file",
                ["-readconfig", "$conf"],
                file: "[machine]\n  kernel = \"$\(kind)\"\n"
            ),
            kernel(
                "a \(kind) kernel with all that goes with it",
                ["-kernel", "$\(kind)", "-append", "quiet", "-initrd", "$disk"]
            ),
        ]
    }

    private static func kernel(
        _ name: String,
        _ arguments: [String],
        file: String? = nil,
    ) -> Attack {
        Attack(
            name,
            arguments.map { ByteString($0) },
            files: file.map { ["conf": $0] } ?? [:],
            .either,
            .beatsFlash
        )
    }
}
