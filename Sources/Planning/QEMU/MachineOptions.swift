/// What all `-machine` and `-M` options say together: QEMU merges them into one dictionary, and
/// the last value of a key wins (`machine_opts_dict` in system/vl.c).
package struct MachineOptions: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        /// With `-` for every `_`: QEMU takes either (`keyval_dashify` in system/vl.c).
        package let key: ByteString
        package let value: ByteString
        package let stated: StatedOption
        /// As a message quotes it.
        package let quote: String
    }

    package let settings: [Setting]

    package init(_ commandLine: QEMUCommandLine) {
        settings = commandLine.all("machine").flatMap { option in
            option.properties.map {
                Setting(
                    key: Self.dashed($0.key),
                    value: $0.value,
                    stated: option,
                    quote: commandLine.quote(option, at: $0.key),
                )
            }
        }
    }

    /// A machine property as QEMU looks it up.
    package static func dashed(_ key: ByteString) -> ByteString {
        ByteString(key.bytes.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 })
    }

    package static func list(of option: ArgumentVector.Option) -> KeyValueList {
        KeyValueList(option.value ?? "", impliedKey: "type")
    }

    package func last(_ key: ByteString) -> Setting? {
        settings.last { $0.key == key }
    }

    package subscript(key: ByteString) -> ByteString? { last(key)?.value }
}
