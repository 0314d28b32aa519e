import Planning
import Testing

struct ArgumentEditsTests {
    private let vector = commandLine("-bios", "a", "disk", "-S", "--drive", "x")

    private func option(_ name: String) throws -> ArgumentVector.Option {
        try #require(vector.all(name).first)
    }

    @Test func `without edits every word stays`() {
        #expect(ArgumentEdits().applied(to: vector) == vector.arguments)
    }

    @Test func `a new value keeps the option's own word`() throws {
        var edits = ArgumentEdits()
        edits.replaceValue(of: try option("drive"), with: "y")
        #expect(edits.applied(to: vector) == ["kvm", "-bios", "a", "disk", "-S", "--drive", "y"])
    }

    @Test func `an option goes with its value, and a flag alone`() throws {
        var edits = ArgumentEdits()
        edits.remove(try option("bios"))
        edits.remove(try option("S"))
        #expect(edits.applied(to: vector) == ["kvm", "disk", "--drive", "x"])
    }

    @Test func `other words take an option's place`() throws {
        var edits = ArgumentEdits()
        edits.replace(try option("bios"), with: ["-drive", "if=pflash"])
        #expect(
            edits.applied(to: vector) == [
                "kvm", "-drive", "if=pflash", "disk", "-S", "--drive", "x",
            ]
        )
    }

    @Test func `new options stand behind the program's name, in their order`() throws {
        var edits = ArgumentEdits()
        edits.insert("-bios", "b")
        edits.insert("-name", "c")
        edits.remove(try option("bios"))
        #expect(
            edits.applied(to: vector) == [
                "kvm", "-bios", "b", "-name", "c", "disk", "-S", "--drive", "x",
            ]
        )
    }

    @Test func `a value that is missing is not made up`() throws {
        let cut = commandLine("-bios")
        var edits = ArgumentEdits()
        edits.replaceValue(of: try #require(cut.options.first), with: "b")
        #expect(edits.applied(to: cut) == ["kvm", "-bios"])
    }
}
