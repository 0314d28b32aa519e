import Testing

@testable import launcherctl

struct FoldingTests {
    @Test(arguments: [0, 6, 40, 79, 200])
    func `lines end at 80 columns, or as soon as a narrow column allows`(indent: Int) {
        let text = Array(repeating: "word", count: 40).joined(separator: " ")
        let start = String(repeating: "s", count: indent)
        let lines = Folding.lines(text, after: start)
        #expect(lines.allSatisfy { $0.count <= max(80, indent + 24) })
        #expect(lines[0].hasPrefix(start + "word"))
        let margin = String(repeating: " ", count: indent)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(margin + "word") })
        #expect(lines.map { $0.dropFirst(indent) }.joined(separator: " ") == text)
    }

    @Test(arguments: ["", "one", "two  blanks"])
    func `what fits is left as it is`(text: String) {
        #expect(Folding.lines(text, after: "hint: ") == ["hint: " + text])
    }
}
