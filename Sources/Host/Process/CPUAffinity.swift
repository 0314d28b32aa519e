import CLinux
import Glibc
package import Planning
import SystemPackage

/// Where this process may run.
package enum CPUAffinity {
    /// Keeps the process on these CPUs, and what it becomes by exec, as `taskset` in front of it
    /// would.
    package static func set(_ cpus: CPUList) throws(HostError) {
        let width = UInt64.bitWidth
        var mask = [UInt64](repeating: 0, count: (cpus.numbers.last ?? 0) / width + 1)
        for number in cpus.numbers { mask[number / width] |= 1 << (number % width) }
        let byteCount = mask.count * MemoryLayout<UInt64>.size
        do throws(Errno) {
            _ = try systemCall { unsafe linux_set_affinity(mask, byteCount) }.get()
        } catch {
            throw .systemCallFailed(operation: "sched_setaffinity", path: nil, errno: error)
        }
    }
}
