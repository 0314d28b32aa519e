import ArgumentParser

extension MeasureRequest {
    /// The request in a plain call: kind, image, and each option at most once, spelled out.
    ///
    /// swift-argument-parser finds out by reflection what a command takes, which costs more than
    /// measuring an image does, and `measure` is what scripts call image after image. What is read
    /// here means the same there.
    ///
    /// - Parameter words: of the process, its name first.
    /// - Returns: `nil` for everything else: another command, a cry for help, and what is wrong,
    ///   which swift-argument-parser then tells.
    init?(plain words: [String]) {
        var call = PlainCall()
        guard call.read(words.dropFirst()) else { return nil }
        do throws(ValidationError) {
            try self.init(
                kind: call.kind,
                image: call.image,
                configuration: call.value(of: "--config"),
                guest: GuestDescription(
                    processorCount: call.processorCount,
                    model: call.value(of: "--cpu"),
                    signature: call.value(of: "--cpu-sig"),
                    features: call.value(of: "--guest-features"),
                    kernel: call.value(of: "--kernel"),
                    initrd: call.value(of: "--initrd"),
                    append: call.value(of: "--append"),
                ),
                output: DigestOutput(
                    call.form ?? .table,
                    variant: call.value(of: "--variant"),
                    expected: call.value(of: "--expect"),
                ),
            )
        } catch {
            return nil
        }
    }
}

/// The words of a call, told apart.
private struct PlainCall {
    private(set) var kind = ""
    private(set) var image = ""
    private(set) var processorCount: Int?
    private(set) var form: DigestOutput.Form?
    /// Each option and its value.
    private var options: [String] = []

    private static func takesValue(_ option: String) -> Bool {
        switch option {
        case "--append", "--config", "--cpu", "--cpu-sig", "--expect", "--guest-features",
            "--initrd", "--kernel", "--variant", "--vcpus":
            true
        default: false
        }
    }

    private static func form(_ flag: String) -> DigestOutput.Form? {
        switch flag {
        case "--base64": .base64
        case "--hex": .hexadecimal
        case "--json": .json
        default: nil
        }
    }

    /// - Returns: whether these are the words of a plain call.
    mutating func read(_ words: ArraySlice<String>) -> Bool {
        guard words.first == "measure" else { return false }
        var rest = words.dropFirst()
        var names: [String] = []
        while let word = rest.popFirst() {
            if let form = Self.form(word) {
                guard self.form == nil else { return false }
                self.form = form
            } else if Self.takesValue(word) {
                guard self.value(of: word) == nil, let value = rest.popFirst(),
                    !value.hasPrefix("-")
                else { return false }
                options += [word, value]
            } else {
                guard !word.hasPrefix("-") else { return false }
                names.append(word)
            }
        }
        guard names.count == 2 else { return false }
        (kind, image) = (names[0], names[1])
        let count = value(of: "--vcpus")
        processorCount = count.flatMap { Int($0) }
        return (processorCount == nil) == (count == nil)
    }

    func value(of option: String) -> String? {
        let index = stride(from: 0, to: options.count, by: 2).first { options[$0] == option }
        return index.map { options[$0 + 1] }
    }
}
