import Glibc

/// The descriptors 0, 1 and 2.
enum StandardStreams {
    /// Takes the numbers of those that are closed, so that no file is opened under them and written
    /// into. What is written to them fails as before, and a program that we become gets none.
    static func occupy() {
        while true {
            let number = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            if number > STDERR_FILENO { close(number) }
            if number < 0 || number > STDERR_FILENO { return }
        }
    }
}
