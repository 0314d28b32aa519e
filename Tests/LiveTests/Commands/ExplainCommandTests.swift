import Foundation
import Testing

struct ExplainCommandTests {
    private static let record =
        #"[ 51.5] audit: type=1326 audit(1795391073.491:30943): auid=4294967295 pid=17739 "#
        + #"comm="qemu-system-x86" sig=0 arch=c000003e syscall=151 compat=0 ip=0x7f code=0x50000"#

    private func explain(
        _ arguments: [String],
        input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        try BuiltProgram.run(BuiltProgram.launcherctl, ["explain"] + arguments, input: input)
    }

    @Test(arguments: [[record], record.split(separator: " ").map(String.init)])
    func `a record is explained, in one word or many`(words: [String]) throws {
        let result = try explain(words)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("mlockall (151) of thread 'qemu-system-x86', process 17739"))
        #expect(result.output.contains("or with -overcommit mem-lock=on, or with -incoming; "))
    }

    @Test func `standard input may have anything besides`() throws {
        let noise = String(repeating: "usb 1-1: \u{1B}[2J\n", count: 1000)
        let long = String(repeating: "x", count: 200_000)
        let result = try explain(["-"], input: noise + long + "\n" + Self.record)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("mlockall (151)"))
    }

    @Test func `the end by a signal is explained`() throws {
        for words in [["signal", "31"], ["159"], ["status=31/SYS"]] {
            let result = try explain(words)
            #expect(result.status == 0)
            #expect(result.output.contains("a filter ended the process"))
        }
    }

    @Test func `a launch in log mode needs no explanation, and gets no advice`() throws {
        let line =
            #"type=1326 pid=7 comm="kvm" exe="/usr/sbin/qemu-launcher" sig=0 "#
            + "arch=c000003e syscall=59 code=0x7ffc0000"
        let result = try explain(["-"], input: line)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("the launcher became QEMU, "))
        #expect(!result.output.contains("spawn"))
    }

    @Test func `a process is looked at, even one that is gone`() throws {
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        let result = try explain(["--pid", own])
        // The kernel's log may be closed to whoever runs the tests.
        #expect(result.output.hasPrefix("process \(own): '"))
        #expect(try explain(["--pid", "4194305"]).output.hasPrefix("process 4194305: not running"))
    }

    @Test(arguments: [
        [], ["--pid", "0"], ["--pid", "-1"], ["--pid", "x"], ["--pid", "99999999999999999999"],
        ["--pid", "1", "signal"], ["hello"], ["-"], [""], ["type=1326"], ["\u{1B}[2J"],
    ])
    func `what there is nothing to say about is refused`(words: [String]) throws {
        let result = try explain(words)
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(!result.errors.contains("\u{1B}"))
    }
}
