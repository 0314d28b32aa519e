import Glibc
package import Planning
import SystemPackage

/// What /proc says about a process.
package enum ProcessStatus {
    /// - Returns: `nil` where no process has the number, or not any more.
    package static func confinement(of processID: Int) throws(HostError) -> ProcessConfinement? {
        let path = FilePath("/proc/\(processID)/status")
        do throws(Errno) {
            let file = try OwnedDescriptor(opening: path, flags: O_RDONLY)
            let content = try file.readToEnd(limit: 1 << 20)
            return content.flatMap { ProcessConfinement(parsing: ByteString($0)) }
        } catch .noSuchFileOrDirectory, .noSuchProcess {
            return nil
        } catch {
            throw .systemCallFailed(operation: "reading", path: path, errno: error)
        }
    }
}
