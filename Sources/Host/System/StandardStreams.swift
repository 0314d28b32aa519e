import Glibc
import SystemPackage

/// The descriptors 0, 1 and 2 of a process.
package enum StandardStreams {
    /// Takes the numbers of those that are closed, so that no file is opened under them and written
    /// into. What is written to them fails as before, and a program that we become gets none.
    package static func occupy() {
        while true {
            let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }

    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes to standard error, as it is. That it cannot be written changes nothing: there is
    /// nobody left to tell.
    package static func show(onError text: String) {
        let bytes = Array(text.utf8)
        withoutSignalsOfWriting {
            _ = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
        }
    }

    /// Sends on its way what was printed and is still in a buffer of the C library's.
    package static func flush() throws(HostError) {
        guard fflush(nil) != 0 else { return }
        let failure = Errno(rawValue: errno)
        throw .systemCallFailed(operation: "writing the output", path: nil, errno: failure)
    }
}

/// The end of this process.
package enum ProcessEnd {
    /// - Parameter body: what is done when the process ends by exit(3).
    package static func whenReached(_ body: @convention(c) () -> Void) {
        atexit(body)
    }

    /// Ends the process at once: nothing more is written or called.
    package static func now(status: Int32) -> Never {
        _exit(status)
    }
}
