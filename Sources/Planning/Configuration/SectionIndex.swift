/// Finds a section of the same type and ID among those before: an open-addressing table of
/// section numbers, because a dictionary keyed by copies of the text costs more than all parsing.
struct SectionIndex {
    /// Section number plus one; 0 is free. A power of two of slots, at most half of them taken.
    private var slots: [Int] = Array(repeating: 0, count: 64)
    private var hashes: [Int] = []

    /// - Parameter number: of the section; each is inserted once, in order from 0.
    /// - Returns: the number of the earlier section with the same type and ID.
    mutating func insert(_ number: Int, of configuration: SectionConfiguration) -> Int? {
        if hashes.count * 2 >= slots.count { grow() }
        let section = configuration.sections[number]
        let hash = configuration.hash(section)
        var slot = hash & (slots.count - 1)
        while slots[slot] != 0 {
            let other = slots[slot] - 1
            if hashes[other] == hash, configuration.isSame(configuration.sections[other], section) {
                return other
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = number + 1
        hashes.append(hash)
        return nil
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = hash & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = number + 1
        }
    }
}

extension SectionConfiguration {
    /// Seeded per process, as every hash of the standard library.
    fileprivate func hash(_ section: Section) -> Int {
        var hasher = Hasher()
        combine(section.type, into: &hasher)
        combine(section.id, into: &hasher)
        return hasher.finalize()
    }

    /// Eight bytes at a time: feeding a hasher byte by byte is several times slower.
    private func combine(_ range: Range<Int>, into hasher: inout Hasher) {
        var word: UInt64 = 0
        var filled = 0
        for index in range {
            word = word << 8 | UInt64(bytes[index])
            filled += 1
            if filled == 8 {
                hasher.combine(word)
                word = 0
                filled = 0
            }
        }
        hasher.combine(word)
        hasher.combine(range.count)
    }

    fileprivate func isSame(_ one: Section, _ other: Section) -> Bool {
        bytes[one.type] == bytes[other.type] && bytes[one.id] == bytes[other.id]
    }
}
