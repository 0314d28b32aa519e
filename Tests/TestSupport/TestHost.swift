import Foundation
import Glibc
package import Planning
package import Testing

/// What of the machine a test depends on.
package enum Machine {
    package static let isRoot = geteuid() == 0
    /// LAUNCHER_QEMU names another one, and LAUNCHER_QEMU_OPTIONS what it needs to find its files.
    package static let qemu =
        ProcessInfo.processInfo.environment["LAUNCHER_QEMU"] ?? "/usr/bin/qemu-system-x86_64"
    package static let qemuOptions: [ByteString] =
        (ProcessInfo.processInfo.environment["LAUNCHER_QEMU_OPTIONS"] ?? "")
        .split(separator: " ").map { ByteString(String($0)) }
    /// As argv[0] it has QEMU emulate where the command line names no accelerator.
    package static let qemuName: ByteString = "qemu-system-x86_64"
    /// As Debian's ovmf package ships them: code and variable store, and both in one.
    package static let codeImage = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    package static let variableStore = "/usr/share/OVMF/OVMF_VARS_4M.fd"
    package static let unifiedImage = "/usr/share/ovmf/OVMF.fd"

    package static let hasQEMU = FileManager.default.isExecutableFile(atPath: qemu)
    package static let hasFirmware = [codeImage, variableStore, unifiedImage].allSatisfy {
        FileManager.default.isReadableFile(atPath: $0)
    }

    /// The host's name up to its first dot, which the `nodes` lists of storages name.
    package static let nodeName = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
}

extension Trait where Self == ConditionTrait {
    package static var needsProducts: Self {
        .enabled(
            if: Products.areBuilt,
            "the launcher's executables are not beside the tests; swift build makes them",
        )
    }

    package static var needsFirmware: Self {
        .enabled(if: Machine.hasFirmware, "no OVMF; on Debian the package ovmf has it")
    }

    package static var needsQEMU: Self {
        .enabled(if: Machine.hasQEMU, "no \(Machine.qemu); on Debian it is in qemu-system-x86")
    }

    package static var needsRoot: Self {
        .enabled(if: Machine.isRoot, "only root can arrange this")
    }
}

/// How many cases of the suites that share it run at the same time. Left alone, all would start at
/// once, hundreds of processes on a few processors, and each would be late.
package actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ count: Int) {
        free = count
    }

    package func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    package func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Lets a test case run when it is its turn.
package struct TakingTurns: SuiteTrait, TestTrait, TestScoping {
    fileprivate let turns: Turns

    package var isRecursive: Bool { true }

    /// Cases take turns; a suite that did would wait for its own.
    package func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? nil : self
    }

    package func provideScope(
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
    package static var launching: Self { TakingTurns(turns: launches) }

    /// A QEMU with real firmware: an emulated processor keeps a real one busy.
    package static var booting: Self { TakingTurns(turns: boots) }
}

private let launches = Turns(4)
private let boots = Turns(min(2, ProcessInfo.processInfo.activeProcessorCount))
