extension FirmwareDescriptor {
    /// The descriptor as a file of `/etc/qemu/firmware` holds it. All six keys are mandatory.
    package var json: String {
        let target: DescriptorJSON = .object([
            ("architecture", .string(architecture)),
            ("machines", .array(machines.map(DescriptorJSON.string))),
        ])
        let descriptor: DescriptorJSON = .object([
            ("description", .string(description)),
            ("interface-types", .array([.string("uefi")])),
            ("mapping", mapping.json),
            ("targets", .array([target])),
            ("features", .array(features.map(DescriptorJSON.string))),
            ("tags", .array([])),
        ])
        return descriptor.rendered() + "\n"
    }
}

extension FirmwareDescriptor.Mapping {
    fileprivate var json: DescriptorJSON {
        switch self {
        case .split(let executable, let template):
            .object([
                ("device", .string("flash")), ("mode", .string("split")),
                ("executable", Self.rawFile(executable)),
                ("nvram-template", Self.rawFile(template)),
            ])
        case .memory(let file):
            .object([("device", .string("memory")), ("filename", .string(file))])
        }
    }

    private static func rawFile(_ name: String) -> DescriptorJSON {
        .object([("filename", .string(name)), ("format", .string("raw"))])
    }
}

/// As much of JSON as a descriptor has, in the order in which it is written.
private enum DescriptorJSON {
    case string(String)
    case array([DescriptorJSON])
    case object([(String, DescriptorJSON)])

    func rendered(indentation: String = "") -> String {
        let inner = indentation + "    "
        func block(_ open: String, _ items: [String], _ close: String) -> String {
            items.isEmpty
                ? open + close
                : "\(open)\n" + items.map { inner + $0 }.joined(separator: ",\n")
                    + "\n\(indentation)\(close)"
        }
        return switch self {
        case .string(let text): Self.quoted(text)
        case .array(let items): block("[", items.map { $0.rendered(indentation: inner) }, "]")
        case .object(let members):
            block(
                "{",
                members.map { "\(Self.quoted($0)): \($1.rendered(indentation: inner))" },
                "}",
            )
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{0}"..<"\u{20}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
