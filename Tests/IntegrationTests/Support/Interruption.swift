import Glibc
import Planning
import Testing

/// What happens to one system call of a program, by the tool `interrupter`.
struct Interruption: CustomTestStringConvertible, Sendable {
    let testDescription: String
    private let word: ByteString

    static let killed = Interruption(testDescription: "the process is killed", word: "kill")
    static let failures = [
        Interruption(testDescription: "EIO", errno: EIO),
        Interruption(testDescription: "EPERM", errno: EPERM),
        Interruption(testDescription: "EINVAL", errno: EINVAL),
    ]

    /// What the tool ends with where the program makes fewer calls.
    static let notReached = Child.End.status(125)
    static let ofKilled = Child.End.status(128 + SIGKILL)

    private init(testDescription: String, word: ByteString) {
        self.testDescription = testDescription
        self.word = word
    }

    private init(testDescription: String, errno: Int32) {
        self.init(testDescription: testDescription, word: ByteString("\(errno)"))
    }

    /// The same call on a host that answers every one of these system calls with this errno.
    static func answering(_ calls: [Syscall: Int32], in request: Child.Request) -> Child.Request {
        let list = calls.map { "\($0.rawValue):\($1)" }.joined(separator: ",")
        let interruption = Interruption(testDescription: list, word: ByteString(list))
        return interruption.strike("every", of: request, report: "/dev/null")
    }

    /// The same call with this fault at one of its system calls, counted from 1 at its first
    /// openat2(2).
    ///
    /// - Parameter report: a file for the numbers of the calls that were counted.
    func striking(_ number: Int, of request: Child.Request, report: String) -> Child.Request {
        strike("\(number)", of: request, report: report)
    }

    private func strike(
        _ number: String,
        of request: Child.Request,
        report: String,
    ) -> Child.Request {
        var struck = request
        struck.program = Products.interrupter
        struck.arguments =
            ["interrupter", ByteString(report), ByteString("\(number)"), word]
            + [ByteString(request.program)] + request.arguments.dropFirst()
        return struck
    }
}
