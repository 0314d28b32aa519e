import Planning

/// A command line of `kvm` with these words behind it.
func commandLine(_ words: ByteString...) -> ArgumentVector {
    ArgumentVector(["kvm"] + words)
}

/// A command line of `kvm` whose words hold no blanks.
func commandLine(words: String) -> ArgumentVector {
    ArgumentVector(["kvm"] + words.split(separator: " ").map { ByteString($0) })
}

/// A command line with these `-blockdev` options.
func commandLine(blockdevs: [ByteString]) -> ArgumentVector {
    var words: [ByteString] = ["kvm"]
    for blockdev in blockdevs { words += ["-blockdev", blockdev] }
    return ArgumentVector(words)
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct RepeatableNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
