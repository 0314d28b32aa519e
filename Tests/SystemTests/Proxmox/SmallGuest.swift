import Foundation
import TestSupport
import Testing

/// What runs in a VM whose life is tested, on its serial console: the firmware's own shell, or the
/// first sector of a disk.
final class SmallGuest {
    enum Kind { case shell, sector }

    private let kind: Kind
    private let qm: SmallQM
    private let console: SerialConsole
    private var seen = Data()

    init(_ qm: SmallQM) throws {
        self.qm = qm
        kind = try qm.configuration.isUEFI ? .shell : .sector
        console = try SerialConsole(qm.consoleSocket)
    }

    /// Waits until it has booted, after a start or a reset.
    func boots() async throws {
        if kind == .shell { try await shellBegins() }
        try await answers()
    }

    /// A key that was pressed before a reset may still be in the serial port, and leads the firmware
    /// past its shell.
    private func shellBegins() async throws {
        let isPast = try await waitFor("to continue", or: Self.pastShell)
        guard isPast else { return }
        seen.removeAll()
        try await qm.reset()
        _ = try await waitFor("to continue", or: nil)
    }

    private static let pastShell = "to enter the Boot Manager Menu"

    /// Waits until it shows that it runs.
    func answers() async throws {
        switch kind {
        case .shell:
            _ = try console.arrived()
            seen.removeAll()
            try await prompt()
        case .sector:
            _ = try console.arrived()
            seen.removeAll()
            try await waitFor("..")
        }
    }

    /// A variable of the firmware's, in its variable store.
    func store(_ name: String, _ value: String) async throws {
        try await type("set \(name) \(value)")
    }

    /// - Returns: whether the firmware has it.
    func has(_ name: String, _ value: String) async throws -> Bool {
        try await type("echo it-was-%\(name)%-")
        // The shell reads on after it has answered.
        asked += 1
        try console.send("echo that-was-\(asked)-\r")
        try await waitFor("that-was-\(asked)-")
        return seen.range(of: Data("it-was-\(value)-".utf8)) != nil
    }

    /// As an operating system that was told of the power button.
    func powersOff() async throws {
        if kind == .shell { try await type("reset -s") }
    }

    /// Lets go of the device in a slot of `pc`, by the ports of ACPI's hot-plug. The sector does so
    /// by itself, in any slot of any machine.
    func ejects(slot: Int) async throws {
        guard kind == .shell else { return }
        try await type("mm AE10 0 -w 4 -IO -n")
        try await type("mm AE08 \(String(1 << slot, radix: 16)) -w 4 -IO -n")
        try await prompt()
    }

    private func type(_ line: String) async throws {
        try await prompt()
        seen.removeAll()
        try console.send("\(line)\r")
    }

    /// How many questions there were.
    private var asked = 0

    /// Waits for an empty line of the shell.
    private func prompt() async throws {
        var waiting = Waiting()
        while !waiting.isOver {
            // Any key skips the seconds in which it would wait for a script.
            try console.send("\r")
            for _ in 0..<10 {
                try await waiting.pause(.milliseconds(30))
                seen += try console.arrived()
            }
            if seen.range(of: Data("Shell>".utf8)) != nil { return }
        }
        throw VirtualMachine.Missing(
            text: "Shell>",
            end: .timeout,
            errors: String(decoding: seen.prefix(6000), as: UTF8.self)
        )
    }

    private func waitFor(_ text: String) async throws {
        _ = try await waitFor(text, or: nil)
    }

    /// - Returns: whether it was the other text that came.
    private func waitFor(_ text: String, or other: String?) async throws -> Bool {
        let came = try await eventually { () -> Bool? in
            seen += try console.arrived()
            if seen.range(of: Data(text.utf8)) != nil { return false }
            return other.flatMap { seen.range(of: Data($0.utf8)) } == nil ? nil : true
        }
        guard let came else {
            throw VirtualMachine.Missing(
                text: text,
                end: .timeout,
                errors: String(decoding: seen.prefix(6000), as: UTF8.self)
            )
        }
        return came
    }

    /// The first sector of a disk: a guest that shows a dot at each tick of the clock, lets go of
    /// devices that are to be unplugged, and turns itself off when the power button was pressed. The
    /// ports are those that SeaBIOS gives to ACPI.
    static func sector(isQ35: Bool) -> Data {
        let hotplug = isQ35 ? 0x0CC0 : 0xAE00
        func port(_ number: Int) -> [UInt8] {
            [0xBA, UInt8(number & 0xFF), UInt8(number >> 8)]  // mov dx, number
        }
        let start: [UInt8] =
            [0xFB] + port(0x602) + [0xB8, 0x00, 0x01, 0xEF]  // sti; PM1_EN = power button
        let tick: [UInt8] = [0xF4] + port(0x3F8) + [0xB0, 0x2E, 0xEE]  // hlt; '.' to COM1
        let eject: [UInt8] =
            port(hotplug + 0x10) + [0x66, 0x0F, 0xB7, 0xC1, 0x66, 0x48, 0x66, 0xEF]  // bus cx - 1
            + port(hotplug + 4) + [0x66, 0xED, 0x66, 0x85, 0xC0, 0x74, 0x05]  // slots that go
            + port(hotplug + 8) + [0x66, 0xEF]  // eject them
        let buses: [UInt8] =
            [0xB9, 0x08, 0x00] + eject + [0xE2, UInt8(bitPattern: Int8(-eject.count - 2))]
        let loop = tick + buses + port(0x600) + [0xED, 0xF6, 0xC4, 0x01]  // PM1_STS, test ah, 1
        let off: [UInt8] = port(0x604) + [0xB8, 0x00, 0x20, 0xEF]  // PM1_CNT: S5
        let code =
            start + loop + [0x74, UInt8(bitPattern: Int8(-loop.count - 2))] + off + [0xF4]
        return Data(code + [UInt8](repeating: 0, count: 510 - code.count) + [0x55, 0xAA])
    }
}
