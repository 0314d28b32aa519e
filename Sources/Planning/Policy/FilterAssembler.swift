/// Writes a program from its end to its beginning.
///
/// Classic BPF jumps only forward, so that every target is known by the time that something jumps
/// to it, and all paths can share the few answers there are.
struct FilterAssembler {
    /// An instruction, counted from the end of the program.
    struct Place: Equatable {
        fileprivate let index: Int
    }

    private var reversed: [FilterInstruction] = []
    private var answers: [(action: FilterAction, place: Place)] = []

    /// How far a comparison reaches; one less than the kernel allows, for the jump that another
    /// target of the same comparison may need.
    private static let reach = Int(UInt8.max) - 1

    init() {
        reversed.reserveCapacity(320)
    }

    var program: [FilterInstruction] { reversed.reversed() }

    /// Where `action` is returned: an earlier place if one is near, else a new one.
    mutating func answer(_ action: FilterAction) -> Place {
        if let index = answers.firstIndex(where: { $0.action == action }) {
            if reversed.count - answers[index].place.index < Self.reach / 2 {
                return answers[index].place
            }
            answers[index].place = append(.returning(action))
            return answers[index].place
        }
        let place = append(.returning(action))
        answers.append((action, place))
        return place
    }

    mutating func load(_ offset: UInt32, then next: Place) -> Place {
        arrive(at: next)
        return append(.load(offset))
    }

    mutating func and(_ mask: UInt32, then next: Place) -> Place {
        arrive(at: next)
        return append(.and(mask))
    }

    mutating func ifEqual(_ value: UInt32, then: Place, else otherwise: Place) -> Place {
        let (then, otherwise) = (near(then), near(otherwise))
        return append(.ifEqual(value, skip: distance(to: then), else: distance(to: otherwise)))
    }

    mutating func ifAtLeast(_ value: UInt32, then: Place, else otherwise: Place) -> Place {
        let (then, otherwise) = (near(then), near(otherwise))
        return append(.ifAtLeast(value, skip: distance(to: then), else: distance(to: otherwise)))
    }

    private mutating func append(_ instruction: FilterInstruction) -> Place {
        reversed.append(instruction)
        return Place(index: reversed.count - 1)
    }

    /// How many instructions the next one would have to skip.
    private func distance(to place: Place) -> Int { reversed.count - 1 - place.index }

    /// A place in reach of a comparison, from which `place` is reached.
    private mutating func near(_ place: Place) -> Place {
        let distance = distance(to: place)
        return distance < Self.reach ? place : append(.jump(distance))
    }

    /// Makes what is appended next be followed by what is at `place`.
    private mutating func arrive(at place: Place) {
        let distance = distance(to: place)
        if distance > 0 { _ = append(.jump(distance)) }
    }
}
