/// A `-drive if=pflash` or `-pflash FILE`: a flash bank of the machine.
package struct FlashDrive: Equatable, Sendable {
    package let option: ArgumentVector.Option
    /// 0 for the code image, 1 for the variable store.
    package let unit: UInt64
    package let properties: KeyValueList
    package let identifier: ByteString?

    /// Every flash drive with the unit that QEMU gives it, in order. A drive without unit takes the
    /// lowest that is free at its place; `index` is another word for it (`drive_new` in blockdev.c).
    package static func all(in vector: ArgumentVector) throws(AttachmentError) -> [FlashDrive] {
        var drives: [FlashDrive] = []
        for option in vector.options where option.value != nil && option.origin != nil {
            guard let properties = flashProperties(of: option) else { continue }
            let unit = try number("unit", of: properties, option, vector)
            let index = try number("index", of: properties, option, vector)
            // QEMU keeps 32 bits of each, so that a large number could mean unit 0 as well.
            guard try number("bus", of: properties, option, vector) ?? 0 == 0 else {
                throw .unusableFlash(option: vector.quote(option), why: "pflash has only bus 0")
            }
            guard unit ?? index ?? 0 <= 1 else {
                throw .unusableFlash(
                    option: vector.quote(option),
                    why: "pflash has only units 0 and 1"
                )
            }
            guard unit == nil || index == nil else {
                throw .unusableFlash(
                    option: vector.quote(option),
                    why: "both unit and index are given"
                )
            }
            let free =
                (UInt64(0)...).first { number in !drives.contains { $0.unit == number } } ?? 0
            drives.append(
                FlashDrive(
                    option: option,
                    unit: unit ?? index ?? free,
                    properties: properties,
                    identifier: properties.identifier,
                )
            )
        }
        return drives
    }

    private static func flashProperties(of option: ArgumentVector.Option) -> KeyValueList? {
        guard let value = option.value else { return nil }
        switch option.name {
        case "pflash":
            // The value is a bare file name here: its commas are not special.
            return KeyValueList(ByteString(Array("file=".utf8) + KeyValueList.escaped(value).bytes))
        case "drive":
            let properties = KeyValueList(value)
            return properties["if"] == "pflash" ? properties : nil
        default:
            return nil
        }
    }

    private static func number(
        _ key: ByteString,
        of properties: KeyValueList,
        _ option: ArgumentVector.Option,
        _ vector: ArgumentVector,
    ) throws(AttachmentError) -> UInt64? {
        guard let text = properties[key] else { return nil }
        guard let number = QEMUValue.number(text) else {
            throw .unusableFlash(
                option: vector.quote(option),
                why: "\(key.escaped) is not a number: \(quoted(text))",
            )
        }
        return number
    }
}
