import Glibc
import SystemPackage

/// Makes a system call that reports failure with -1, again for as long as a signal interrupts it.
///
/// - Returns: a `Result`, so that it can stand inside a closure that lends a pointer, and errno is
///   read before anything else is called.
func systemCall<Value: SignedInteger>(_ call: () -> Value) -> Result<Value, Errno> {
    while true {
        let value = call()
        if value != -1 { return .success(value) }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { return .failure(error) }
    }
}
