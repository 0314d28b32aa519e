import Foundation
import Planning
import TestSupport
import Testing

/// One machine, written in every form that QEMU reads. Whatever the answer is, it is the same.
struct SameMachine: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The launcher's answer.
    let isStarted: Bool
    /// Each with the file `$conf`, where it names one.
    let forms: [(arguments: [ByteString], file: String)]

    private init(
        _ name: String,
        isStarted: Bool,
        _ forms: ([ByteString], String)...,
    ) {
        testDescription = name
        self.isStarted = isStarted
        self.forms = forms
    }

    private static let reading: [ByteString] = ["-readconfig", "$conf"]

    static let all = [
        SameMachine(
            "a disk",
            isStarted: true,
            (["-drive", "if=none,id=d,format=raw,file=$disk"], ""),
            (["-drive", "if=none,id=d,driver=raw,file.driver=file,file.filename=$disk"], ""),
            (
                [
                    "-drive",
                    """
                    if=none,id=d,file=json:{"driver":"raw",,"file":{"driver":"file",,\
                    "filename":"$disk"}}
                    """,
                ], ""
            ),
            (["-hda", #"json:{"driver":"raw","file":{"driver":"file","filename":"$disk"}}"#], ""),
            (["-cdrom", "$disk"], ""),
            (["-hda", "$disk"], ""),
            (["$disk"], ""),
            (["-blockdev", "driver=raw,node-name=d,file.driver=file,file.filename=$disk"], ""),
            (
                [
                    "-blockdev",
                    """
                    {"driver":"raw","node-name":"d","file":{"driver":"file","filename":"$disk"}}
                    """,
                ], ""
            ),
            (
                [
                    "-blockdev",
                    "{'driver':'raw','node-name':'d','file':{'driver':'file','filename':'$disk'}}",
                ], ""
            ),
            (
                reading,
                "[drive \"d\"]\n  if = \"none\"\n  format = \"raw\"\n  file = \"$disk\"\n"
            ),
        ),
        SameMachine(
            "a network card",
            isStarted: true,
            (["-netdev", "user,id=n", "-device", "e1000,netdev=n"], ""),
            (["-nic", "user,model=e1000"], ""),
            (
                [
                    "-netdev", #"{"type":"user","id":"n"}"#, "-device",
                    #"{"driver":"e1000","netdev":"n"}"#,
                ], ""
            ),
            (
                reading,
                """
                [netdev "n"]
                  type = "user"
                [device]
                  driver = "e1000"
                  netdev = "n"

                """
            ),
        ),
        SameMachine(
            "an object",
            isStarted: true,
            (["-object", "secret,id=s,data=x"], ""),
            (["-object", #"{"qom-type":"secret","id":"s","data":"x"}"#], ""),
            (["-object", "{'qom-type':'secret','id':'s','data':'x'}"], ""),
            (reading, "[object \"s\"]\n  qom-type = \"secret\"\n  data = \"x\"\n"),
        ),
        SameMachine(
            "a machine's property",
            isStarted: true,
            (["-machine", "hpet=off"], ""),
            (["-M", "hpet=off"], ""),
            (reading, "[machine]\n  hpet = \"off\"\n"),
        ),
        SameMachine(
            "a device's property for all",
            isStarted: true,
            (["-global", "e1000.mac=52:54:00:00:00:01"], ""),
            (["-global", "driver=e1000,property=mac,value=52:54:00:00:00:01"], ""),
            (
                reading,
                """
                [global]
                  driver = "e1000"
                  property = "mac"
                  value = "52:54:00:00:00:01"

                """
            ),
        ),
        SameMachine(
            "a property that comes late",
            isStarted: true,
            (["-device", "e1000,id=e", "-set", "device.e.mac=52:54:00:00:00:01"], ""),
            (
                reading + ["-set", "device.e.mac=52:54:00:00:00:01"],
                "[device \"e\"]\n  driver = \"e1000\"\n"
            ),
        ),
        SameMachine(
            "firmware of the machine's own",
            isStarted: false,
            (["-machine", "firmware=$other"], ""),
            (["-M", "firmware=$other"], ""),
            (reading, "[machine]\n  firmware = \"$other\"\n"),
        ),
        SameMachine(
            "the flash device",
            isStarted: false,
            (["-global", "driver=cfi.pflash01,property=width,value=1"], ""),
            (
                reading,
                """
                [global]
                  driver = "cfi.pflash01"
                  property = "width"
                  value = "1"

                """
            ),
        ),
        SameMachine(
            "a test server",
            isStarted: false,
            (["-object", "qtest,id=q,chardev=c", "-chardev", "null,id=c"], ""),
            (
                [
                    "-object", #"{"qom-type":"qtest","id":"q","chardev":"c"}"#,
                    "-chardev", "null,id=c",
                ], ""
            ),
            (
                reading + ["-chardev", "null,id=c"],
                "[object \"q\"]\n  qom-type = \"qtest\"\n  chardev = \"c\"\n"
            ),
        ),
        SameMachine(
            "another machine",
            isStarted: false,
            (["-machine", "microvm"], ""),
            (["-M", "type=microvm"], ""),
            (reading, "[machine]\n  type = \"microvm\"\n"),
        ),
    ]
}

/// An answer that depends on the spelling is an answer that can be had another way.
@Suite(.launching, .needsProducts, .needsFirmware, .needsQEMU)
struct SameMachineTests {
    @Test(arguments: SameMachine.all)
    func `every form of a machine gets the same answer`(machine: SameMachine) async throws {
        for (arguments, file) in machine.forms {
            let attack = Attack(
                machine.testDescription,
                arguments,
                files: ["conf": file],
                machine.isStarted ? .pinned : .refused(quoting: ["$conf", "'-"]),
                .none(because: "what is asked is whether the forms differ")
            )
            // A form may name another machine; -machine's last word counts.
            let scene = try AttackScene(attack, on: .q35)
            let look = try await scene.launched(.option)
            let form = "\(arguments.map(\.escaped)) \(file)"
            switch look {
            case .started(let flash, let afterReset):
                #expect(machine.isStarted, "started: \(form)")
                #expect((flash == (try scene.pinned)) == true, "\(form)")
                #expect((afterReset == (try scene.pinned)) == true, "\(form)")
            case .ended(let outcome):
                #expect(!machine.isStarted, "\(form): \(outcome.errors)")
                #expect(outcome.end == .status(64), "\(form): \(outcome)")
            }
        }
    }

    /// Or a wrong spelling in the table would pass for a refusal.
    @Test(arguments: SameMachine.all.filter(\.isStarted))
    func `QEMU alone takes every form`(machine: SameMachine) async throws {
        for (arguments, file) in machine.forms {
            let attack = Attack(
                machine.testDescription,
                arguments,
                files: ["conf": file],
                .either,
                .none(because: "")
            )
            let look = try await AttackScene(attack, on: .q35).alone([])
            guard case .started = look else {
                Issue.record("\(arguments.map(\.escaped)) \(file): \(look)")
                continue
            }
        }
    }
}
