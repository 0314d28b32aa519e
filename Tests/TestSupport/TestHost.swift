import Foundation
import Glibc
import Planning
import Testing

/// What of the machine a test depends on.
enum Machine {
    static let isRoot = geteuid() == 0
    /// LAUNCHER_QEMU names another one, and LAUNCHER_QEMU_OPTIONS what it needs to find its files.
    static let qemu =
        ProcessInfo.processInfo.environment["LAUNCHER_QEMU"] ?? "/usr/bin/qemu-system-x86_64"
    static let qemuOptions: [ByteString] =
        (ProcessInfo.processInfo.environment["LAUNCHER_QEMU_OPTIONS"] ?? "")
        .split(separator: " ").map { ByteString(String($0)) }
    /// As argv[0] it has QEMU emulate where the command line names no accelerator.
    static let qemuName: ByteString = "qemu-system-x86_64"
    /// As Debian's ovmf package ships them: code and variable store, and both in one.
    static let codeImage = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    static let variableStore = "/usr/share/OVMF/OVMF_VARS_4M.fd"
    static let unifiedImage = "/usr/share/ovmf/OVMF.fd"

    static let hasQEMU = FileManager.default.isExecutableFile(atPath: qemu)
    static let hasFirmware = [codeImage, variableStore, unifiedImage].allSatisfy {
        FileManager.default.isReadableFile(atPath: $0)
    }

    /// The host's name up to its first dot, which the `nodes` lists of storages name.
    static let nodeName = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
}

extension Trait where Self == ConditionTrait {
    static var needsProducts: Self {
        .enabled(
            if: Products.areBuilt,
            "the launcher's executables are not beside the tests; swift build makes them",
        )
    }

    static var needsFirmware: Self {
        .enabled(if: Machine.hasFirmware, "no OVMF; on Debian the package ovmf has it")
    }

    static var needsQEMU: Self {
        .enabled(if: Machine.hasQEMU, "no \(Machine.qemu); on Debian it is in qemu-system-x86")
    }

    static var needsRoot: Self {
        .enabled(if: Machine.isRoot, "only root can arrange this")
    }
}

/// How many cases of the suites that share it run at the same time. Left alone, all would start at
/// once, hundreds of processes on a few processors, and each would be late.
actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Lets a test case run when it is its turn.
struct TakingTurns: SuiteTrait, TestTrait, TestScoping {
    fileprivate let turns: Turns

    var isRecursive: Bool { true }

    /// Cases take turns; a suite that did would wait for its own.
    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? nil : self
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void,
    ) async throws {
        await turns.take()
        do {
            try await function()
        } catch {
            await turns.giveBack()
            throw error
        }
        await turns.giveBack()
    }
}

extension Trait where Self == TakingTurns {
    /// A launcher or a QEMU that ends at once.
    static var launching: Self { TakingTurns(turns: launches) }

    /// A QEMU with real firmware: an emulated processor keeps a real one busy.
    static var booting: Self { TakingTurns(turns: boots) }
}

private let launches = Turns(4)
private let boots = Turns(min(2, ProcessInfo.processInfo.activeProcessorCount))
