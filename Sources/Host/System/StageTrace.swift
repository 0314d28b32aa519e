#if STAGE_TRACE
    import Glibc
#endif

/// What each stage of a launch costs, for `Scripts/bench`.
///
/// Only in builds with `-D STAGE_TRACE`, and there only where the environment variable
/// `LAUNCHER_TRACE` has the nanoseconds of CLOCK_MONOTONIC at the process's start; in every other
/// build this is nothing, and no variable is read.
package enum StageTrace {
    /// Prints how long it was since the stage before ended.
    @inline(__always)
    package static func ended(_ stage: StaticString) {
        #if STAGE_TRACE
            guard unsafe last > 0 else { return }
            let line = unsafe "\(stage)\t\(now() - last)\n"
            _ = unsafe line.withCString { unsafe write(STDERR_FILENO, $0, strlen($0)) }
            unsafe last = now()
        #endif
    }
}

#if STAGE_TRACE
    extension StageTrace {
        /// 0 where nobody asks.
        nonisolated(unsafe) private static var last: Int =
            unsafe getenv("LAUNCHER_TRACE").flatMap { unsafe Int(String(cString: $0)) } ?? 0

        private static func now() -> Int {
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
    }
#endif
