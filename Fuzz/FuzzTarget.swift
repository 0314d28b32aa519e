import Planning

/// What is fuzzed, by the name that the program was started under.
enum FuzzTarget: String, CaseIterable {
    case argumentVector = "argument-vector"
    case commandWords = "command-words"
    case firmwareImage = "firmware-image"
    case guestConfiguration = "guest-configuration"
    case json
    case kernelRecord = "kernel-record"
    case keyValue = "key-value"
    case sectionConfiguration = "section-configuration"
    case volumeID = "volume-id"

    static let chosen: FuzzTarget = {
        let name = CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("started as \(name), which is no target")
        }
        return target
    }()

    func run(_ bytes: [UInt8]) {
        switch self {
        case .argumentVector: fuzzArgumentVector(bytes)
        case .commandWords: fuzzCommandWords(bytes)
        case .firmwareImage: fuzzFirmwareImage(bytes)
        case .guestConfiguration: fuzzGuestConfiguration(bytes)
        case .json: fuzzJSON(bytes)
        case .kernelRecord: fuzzKernelRecord(bytes)
        case .keyValue: fuzzKeyValue(bytes)
        case .sectionConfiguration: fuzzSectionConfiguration(bytes)
        case .volumeID: fuzzVolumeID(bytes)
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the program with `what`, which an optimised `precondition` would keep to itself.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    print("fuzzing: \(what())")
    fatalError(what())
}

/// A refusal has something to say, on one line, whatever the input was.
func requireReadable(_ failure: some Failure) {
    for text in [failure.message, failure.hint ?? "-"] {
        require(!text.isEmpty, "an empty message")
        require(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, text)
    }
}
