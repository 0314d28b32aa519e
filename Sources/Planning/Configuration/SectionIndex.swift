/// Finds a section of the same type and ID, or only of the same ID, among those before: an
/// open-addressing table of section numbers. A dictionary costs more than all parsing: its keys would
/// be copies of the text, and the runtime would look for their type's conformances first.
struct SectionIndex {
    private let comparesTypes: Bool
    /// Number of an entry plus one; 0 is free. A power of two of slots, at most half of them taken.
    private var slots: [UInt32]
    private var hashes: [UInt32] = []
    private var sections: [UInt32] = []

    /// - Parameter count: of the sections that there probably are.
    init(comparesTypes: Bool = true, expecting count: Int = 0) {
        self.comparesTypes = comparesTypes
        var slotCount = 64
        while slotCount < count * 2 { slotCount *= 2 }
        slots = Array(repeating: 0, count: slotCount)
        hashes.reserveCapacity(count)
        sections.reserveCapacity(count)
    }

    /// - Parameter number: of the section; each is inserted once.
    /// - Returns: the number of the earlier section that is the same.
    mutating func insert(_ number: Int, of configuration: SectionConfiguration) -> Int? {
        if hashes.count * 2 >= slots.count { grow() }
        let section = configuration.sections[number]
        let hash = configuration.hash(of: section)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            let other = Int(sections[entry])
            if hashes[entry] == hash,
                configuration.isSame(configuration.sections[other], section, comparesTypes)
            {
                return other
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        hashes.append(hash)
        sections.append(UInt32(truncatingIfNeeded: number))
        slots[slot] = UInt32(truncatingIfNeeded: hashes.count)
        return nil
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (entry, hash) in hashes.enumerated() {
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(truncatingIfNeeded: entry + 1)
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
