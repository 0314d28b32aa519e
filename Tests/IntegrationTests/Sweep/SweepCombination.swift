import Planning

/// One thing that a command line may say of a device or a machine, and how it may be said.
struct SweepCombination: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case device = "devices"
        case property = "devices' properties"
        case global = "-global"
        case machine = "-machine"
    }

    let kind: Kind
    let machine: Attack.MachineKind
    /// What it needs besides: a bus, a backend.
    let needs: [ByteString]
    /// The option.
    let option: ByteString
    /// The option's value up to a property's own value.
    let text: String
    /// Where there is one.
    let value: Value?
    /// What is tried one by one where QEMU does not take it all at once.
    var parts: [SweepCombination] = []

    /// What a property is set to.
    enum Value: Sendable {
        case fixed(String)
        /// The largest that QEMU accepts, of so many bits.
        case largest(bits: Int)
    }

    /// The device that it is about, on its machine.
    var subject: String { "\(machine) \(text.prefix { $0 != "," })" }

    /// - Parameter number: the property's value, where that is looked for.
    func words(_ number: UInt64? = nil) -> [ByteString] {
        var word = text
        switch value {
        case nil: break
        case .fixed(let text): word += text
        case .largest: word += number.map { "\($0)" } ?? ""
        }
        return needs + ["-machine", ByteString(machine.rawValue), option, ByteString(word)]
    }
}

/// A property of a device or machine, as QEMU lists it.
struct SweptProperty: Decodable, Sendable {
    let name: String
    let type: String
    /// Of a switch; `nil` where QEMU does not say.
    let isOn: Bool?

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        type = try members.decode(String.self, forKey: .type)
        isOn =
            type == "bool" ? try members.decodeIfPresent(Bool.self, forKey: .defaultValue) : nil
    }

    private enum CodingKeys: String, CodingKey {
        case name, type
        case defaultValue = "default-value"
    }

    /// What a switch is not anyway.
    var switched: String? { type == "bool" ? (isOn == true ? "off" : "on") : nil }

    /// An address within the flash: what lies there lies over the image.
    static let address = "4292870144"

    /// What is worth trying, for lack of a name that says what it does.
    var values: [SweepCombination.Value] {
        switch type {
        case "uint8": [.largest(bits: 8)]
        case "uint16": [.largest(bits: 16)]
        case "int16": [.largest(bits: 15)]
        case "uint32": [.largest(bits: 32), .fixed(Self.address)]
        case "int32": [.largest(bits: 31)]
        case "uint64", "size": [.largest(bits: 64), .fixed(Self.address)]
        case "int64": [.largest(bits: 63), .fixed(Self.address)]
        case "int": [.largest(bits: 64), .fixed(Self.address)]
        case "bool": [.fixed(isOn == true ? "off" : "on")]
        case "OnOffAuto": [.fixed("on"), .fixed("off")]
        default: []
        }
    }
}
