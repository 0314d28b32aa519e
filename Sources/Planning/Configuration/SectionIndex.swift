/// Finds a section of the same type and ID among those before: an open-addressing table of
/// section numbers, because a dictionary keyed by copies of the text costs more than all parsing.
struct SectionIndex {
    /// Section number plus one; 0 is free. A power of two of slots, at most half of them taken.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var hashes: [UInt32] = []

    /// - Parameter number: of the section; each is inserted once, in order from 0.
    /// - Returns: the number of the earlier section with the same type and ID.
    mutating func insert(_ number: Int, of configuration: SectionConfiguration) -> Int? {
        if hashes.count * 2 >= slots.count { grow() }
        let section = configuration.sections[number]
        let hash = configuration.hash(of: section)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let other = Int(slots[slot]) - 1
            if hashes[other] == hash, configuration.isSame(configuration.sections[other], section) {
                return other
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(truncatingIfNeeded: number + 1)
        hashes.append(hash)
        return nil
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(truncatingIfNeeded: number + 1)
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

    fileprivate func isSame(_ one: Section, _ other: Section) -> Bool {
        bytes[one.type] == bytes[other.type] && bytes[one.id] == bytes[other.id]
    }
}
