import Glibc
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
        self.thread = thread
    }

    deinit {
        pthread_join(thread, nil)
    }

    /// Waits for the end of the thread.
    package consuming func join() {}
}
