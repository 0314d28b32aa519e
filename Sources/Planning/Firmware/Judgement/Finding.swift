/// One thing that the judgement of an image found.
package enum Finding: Hashable, Sendable {
    /// The guest cannot start with this image.
    case refusal(ImageRefusal)
    /// The guest may not do what its owner expects.
    case warning(ImageWarning)

    package enum Severity: Hashable, Sendable {
        case refuse
        case warn
    }

    package var severity: Severity {
        switch self {
        case .refusal: .refuse
        case .warning: .warn
        }
    }

    /// `FW-E04`, `FW-W01`.
    package var code: String {
        switch self {
        case .refusal(let refusal): refusal.code.rawValue
        case .warning(let warning): warning.code.rawValue
        }
    }

    /// Starts with the code, to be put after the image's name.
    package var message: String {
        switch self {
        case .refusal(let refusal): refusal.message
        case .warning(let warning): warning.message
        }
    }

    package var hint: String? {
        switch self {
        case .refusal(let refusal): refusal.hint
        case .warning(let warning): warning.hint
        }
    }
}

extension Sequence where Element == Finding {
    /// The first reason not to start.
    package var refusal: ImageRefusal? {
        for case .refusal(let refusal) in self { return refusal }
        return nil
    }

    /// The warnings, without those that the configuration accepts by name.
    package func warnings(accepting accepted: Set<ImageWarning.Code> = []) -> [ImageWarning] {
        compactMap { finding in
            guard case .warning(let warning) = finding, !accepted.contains(warning.code) else {
                return nil
            }
            return warning
        }
    }
}

extension Array {
    /// Appends what there is. (A list of optional elements would be a type of its own, which takes the
    /// runtime as long to make as the judgement.)
    mutating func add(_ element: Element?) {
        if let element { append(element) }
    }
}
