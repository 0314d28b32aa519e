import Glibc
import SystemPackage

/// The outcome of a system call.
///
/// Not the standard library's `Result`, whose `Failure: Error` the runtime would prove for `Errno`
/// by searching every conformance in the executable: 150,000 instructions at each start.
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
/// - Returns: the outcome as a value, so that a closure that lends a pointer can contain the call,
///   and errno is read before anything else is called.
func systemCall<Value: SignedInteger>(_ call: () -> Value) -> CallOutcome<Value> {
    while true {
        let value = call()
        if value != -1 { return .success(value) }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { return .failure(error) }
    }
}

extension String {
    /// The longest beginning that fits in `limit` bytes of UTF-8 without cutting a character's
    /// scalar in two, which would make another one of it, of another length.
    func cut(toByteCount limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return String(self[..<end])
    }
}
