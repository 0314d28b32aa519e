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

    /// Keeps a new thread off the CPU of the caller, where there is another one.
    ///
    /// The kernel often queues a new thread behind the one that made it, and does not look for an
    /// idle CPU before its next tick: a thread with 2 ms to do would begin after 1 to 3 ms (measured
    /// with Linux 6.18 on two CPUs). Without effect where the kernel does not let us.
    static func keepApart(_ thread: pthread_t) {
        let here = Int(linux_current_cpu())
        // Machines with more CPUs answer EINVAL: there the thread stays where it was put.
        var mask = InlineArray<16, UInt64>(repeating: 0)
        let width = UInt64.bitWidth
        guard here >= 0, here < mask.count * width else { return }
        var span = mask.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { mask in
            let byteCount = mask.count * MemoryLayout<UInt64>.size
            guard unsafe linux_get_affinity(mask.baseAddress, byteCount) >= 0 else { return }
            unsafe mask[here / width] &= ~(1 << (here % width))
            guard unsafe mask.contains(where: { $0 != 0 }) else { return }
            _ = unsafe linux_set_thread_affinity(thread, mask.baseAddress, byteCount)
        }
    }
}
