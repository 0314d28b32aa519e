import Foundation
import Planning
import Testing

struct ProgramLoaderTests {
    @Test func `a script names its program`() {
        #expect(ProgramLoader(Array("#! /bin/sh -e\nexit".utf8)) == .path("/bin/sh"))
        #expect(ProgramLoader(Array("#!/usr/bin/env perl\n".utf8)) == .path("/usr/bin/env"))
        #expect(ProgramLoader(Array("#!\n".utf8)) == nil)
    }

    @Test func `a dynamic program names its loader`() throws {
        let shell = try Data(contentsOf: URL(filePath: "/bin/sh"))
        let start = [UInt8](shell.prefix(ProgramLoader.byteCount))
        guard case .range(let offset, let count)? = ProgramLoader(start) else {
            Issue.record("no loader: \(String(describing: ProgramLoader(start)))")
            return
        }
        let name = String(decoding: shell[offset..<(offset + count)], as: UTF8.self)
        #expect(name.contains("/ld-linux"))
    }

    @Test func `anything else, and every part of a program, is no harm`() throws {
        let shell = try Data(contentsOf: URL(filePath: "/bin/sh"))
        let start = [UInt8](shell.prefix(600))
        for count in 0..<start.count { _ = ProgramLoader(Array(start.prefix(count))) }
        var wrong = start
        wrong.replaceSubrange(32..<40, with: [UInt8](repeating: 0xFF, count: 8))
        #expect(ProgramLoader(wrong) == nil)
        #expect(ProgramLoader(Array("MZ".utf8)) == nil && ProgramLoader([]) == nil)
    }
}
