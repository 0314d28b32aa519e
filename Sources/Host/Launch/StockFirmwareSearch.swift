import Glibc
import Planning
import SystemPackage

/// Finds the file that QEMU itself would use as its firmware.
enum StockFirmwareSearch {
    /// - Returns: an absolute path.
    static func file(
        _ reference: StockImage.Reference,
        for request: LaunchRequest,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) -> FilePath {
        switch reference {
        case .file(let path): return try absolute(path)
        case .searched(let name):
            if isReadable(name) { return try absolute(name) }
            let directories = try dataDirectories(request, settings)
            for directory in directories {
                let path = directory.pushing(name)
                if isReadable(path) { return try absolute(path) }
            }
            throw LaunchFailure(
                PlanningError.stockFirmwareMissing(
                    ByteString(name.string),
                    directories: directories.map(\.string),
                )
            )
        }
    }

    /// What QEMU asks of a file before it takes it, with the same rights as QEMU.
    private static func isReadable(_ path: FilePath) -> Bool {
        unsafe path.withPlatformString { unsafe access($0, R_OK) == 0 }
    }

    private static func absolute(_ path: FilePath) throws(LaunchFailure) -> FilePath {
        guard path.isRelative else { return path.lexicallyNormalized() }
        do throws(Errno) {
            return try FilePath.workingDirectory().pushing(path).lexicallyNormalized()
        } catch {
            throw LaunchFailure(
                HostError.systemCallFailed(
                    operation: "readlink",
                    path: "/proc/self/cwd",
                    errno: error,
                )
            )
        }
    }

    /// Those that the program itself names: the ones of `-L`, then the ones it was built with.
    private static func dataDirectories(
        _ request: LaunchRequest,
        _ settings: LaunchSettings,
    ) throws(LaunchFailure) -> [FilePath] {
        let program = try Executable(firstOf: Planner.programs(request, settings))
        let options = request.dataDirectories.flatMap { ["-L", $0] as [ByteString] }
        let output = try failing { () throws(ChildProcessError) in
            try ChildProcess.run(
                program.path,
                options + ["-L", "help"],
                environment: Planner.environment(
                    of: request,
                    settings,
                    HostFiles.ownDirectories(among: request.directoriesInEnvironment),
                ).kept,
            )
        }
        return output.text.split(separator: "\n").map { FilePath(String($0)) }
    }
}
