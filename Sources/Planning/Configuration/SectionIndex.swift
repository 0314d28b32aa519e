/// Finds a section of the same type and ID, or only of the same ID, among those before: an
/// open-addressing table of section numbers. A dictionary costs more than all parsing: its keys would
/// be copies of the text, and the runtime would look for their type's conformances first.
struct SectionIndex {
    private let comparesTypes: Bool
    /// Number of a section plus one; 0 is free. A power of two of slots, at most half of them taken.
    private var slots: [UInt32]
    private var count = 0

    /// - Parameter count: of the sections that there probably are.
    init(comparesTypes: Bool = true, expecting count: Int = 0) {
        self.comparesTypes = comparesTypes
        var slotCount = 64
        while slotCount < count * 2 { slotCount *= 2 }
        slots = Array(repeating: 0, count: slotCount)
    }

    /// - Parameter number: of the section; each is inserted once.
    /// - Returns: the number of the earlier section that is the same.
    mutating func insert(_ number: Int, of configuration: SectionConfiguration) -> Int? {
        if count * 2 >= slots.count { grow(configuration) }
        let section = configuration.sections[number]
        var slot = firstSlot(for: section, of: configuration)
        while slots[slot] != 0 {
            let other = Int(slots[slot]) - 1
            if configuration.isSame(configuration.sections[other], section, comparesTypes) {
                return other
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(truncatingIfNeeded: number + 1)
        count += 1
        return nil
    }

    private func firstSlot(
        for section: SectionConfiguration.Section,
        of configuration: SectionConfiguration,
    ) -> Int {
        Int(configuration.hash(of: section)) & (slots.count - 1)
    }

    private mutating func grow(_ configuration: SectionConfiguration) {
        let entries = slots
        slots = Array(repeating: 0, count: entries.count * 2)
        for entry in entries where entry != 0 {
            let section = configuration.sections[Int(entry) - 1]
            var slot = firstSlot(for: section, of: configuration)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }
}

extension SectionConfiguration {
    /// Of the ID, since sections of two types seldom share one. FNV-1a, with the high bits mixed
    /// in: only root writes the file, so that nobody has to be kept from guessing hashes.
    fileprivate func hash(of section: Section) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in section.id { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
        return hash ^ hash >> 15
    }

    fileprivate func isSame(_ one: Section, _ other: Section, _ comparesTypes: Bool) -> Bool {
        bytes[one.id] == bytes[other.id]
            && (!comparesTypes || bytes[one.type] == bytes[other.type])
    }
}
