/// What all `-machine` and `-M` options say together: QEMU merges them into one dictionary, and
/// the last value of a key wins (`machine_opts_dict` in system/vl.c).
package struct MachineOptions: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        package let key: ByteString
        package let value: ByteString
        package let option: ArgumentVector.Option
    }

    package let settings: [Setting]

    package init(_ vector: ArgumentVector) {
        settings = vector.all("machine").flatMap { option in
            Self.list(of: option).items.map {
                Setting(key: $0.key, value: $0.value, option: option)
            }
        }
    }

    package static func list(of option: ArgumentVector.Option) -> KeyValueList {
        KeyValueList(option.value ?? "", impliedKey: "type")
    }

    package func last(_ key: ByteString) -> Setting? {
        settings.last { $0.key == key }
    }

    package subscript(key: ByteString) -> ByteString? { last(key)?.value }
}
