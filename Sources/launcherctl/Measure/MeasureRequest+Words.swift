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
        guard let call = PlainCall(words.dropFirst()) else { return nil }
        do throws(ValidationError) {
            try self.init(
                kind: call.kind,
                image: call.image,
                configuration: call.values["--config"],
                guest: GuestDescription(
                    processorCount: call.processorCount,
                    model: call.values["--cpu"],
                    signature: call.values["--cpu-sig"],
                    features: call.values["--guest-features"],
                    kernel: call.values["--kernel"],
                    initrd: call.values["--initrd"],
                    append: call.values["--append"],
                ),
                output: DigestOutput(
                    call.forms,
                    variant: call.values["--variant"],
                    expected: call.values["--expect"],
                ),
            )
        } catch {
            return nil
        }
    }
}

/// The words of a call, told apart.
private struct PlainCall {
    let kind: String
    let image: String
    let processorCount: Int?
    private(set) var values: [String: String] = [:]
    private(set) var forms: [DigestOutput.Form] = []

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

    init?(_ words: ArraySlice<String>) {
        guard words.first == "measure" else { return nil }
        var rest = words.dropFirst()
        var names: [String] = []
        while let word = rest.popFirst() {
            if let form = Self.form(word) {
                forms.append(form)
            } else if Self.takesValue(word) {
                guard let value = rest.popFirst(), !value.hasPrefix("-"),
                    values.updateValue(value, forKey: word) == nil
                else { return nil }
            } else {
                guard !word.hasPrefix("-") else { return nil }
                names.append(word)
            }
        }
        guard names.count == 2 else { return nil }
        (kind, image) = (names[0], names[1])
        processorCount = values["--vcpus"].flatMap { Int($0) }
        guard (processorCount == nil) == (values["--vcpus"] == nil) else { return nil }
    }
}
