import CLinux
import Glibc
package import Planning
package import SystemPackage

/// A thread that somebody waits for: at the latest when this value ends.
///
/// Dispatch would start a second thread to look after the first, which costs as much as work that
/// is only just worth a thread.
package struct JoinedThread: ~Copyable {
    private let thread: pthread_t

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Throws: why the thread could not be started.
    package init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
        let body = unsafe Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            },
            body.toOpaque()
        )
        guard error == 0 else {
            unsafe body.release()
            throw Errno(rawValue: error)
        }
        CPUAffinity.keepApart(thread)
        self.thread = thread
    }

    deinit {
        pthread_join(thread, nil)
    }

    /// Waits for the end of the thread.
    package consuming func join() {}
}

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
