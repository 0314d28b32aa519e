import Glibc
import SystemPackage

/// What a system call came to.
///
/// Not the standard library's `Result`, whose `Failure: Error` the runtime would prove for `Errno`
/// by searching every conformance in the executable: a third of a millisecond at each start.
enum CallOutcome<Value> {
    case success(Value)
    case failure(Errno)

    func get() throws(Errno) -> Value {
        switch self {
        case .success(let value): return value
        case .failure(let error): throw error
        }
    }
}

/// Makes a system call that reports failure with -1, again for as long as a signal interrupts it.
///
/// - Returns: the outcome as a value, so that it can stand inside a closure that lends a pointer,
///   and errno is read before anything else is called.
func systemCall<Value: SignedInteger>(_ call: () -> Value) -> CallOutcome<Value> {
    while true {
        let value = call()
        if value != -1 { return .success(value) }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { return .failure(error) }
    }
}
