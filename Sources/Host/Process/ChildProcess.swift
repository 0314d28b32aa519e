import CLinux
import Glibc
package import Planning
package import SystemPackage

/// A program that is run to its end to read what it prints.
package enum ChildProcess {
    package struct Output {
        package let status: Int32
        package let bytes: [UInt8]

        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// How long a program may take. They all read little: configuration, or 64 MiB at most.
    private static let patience = Duration.seconds(120)

    /// Runs it to its end. What it says on standard error goes to ours.
    ///
    /// - Returns: `nil` if there is no such program.
    package static func run(
        _ program: String,
        _ arguments: [String],
    ) throws(ChildProcessError) -> Output? {
        guard unsafe access(program, X_OK) == 0 else { return nil }
        return try run(FilePath(program), arguments.map { ByteString($0) })
    }

    /// Runs a program that exists.
    ///
    /// - Parameters:
    ///   - environment: `nil` for our own.
    ///   - input: what it gets as its standard input; else that is empty.
    ///   - limit: of its output, in bytes.
    ///   - isQuiet: whether what it says on standard error is not shown.
    /// - Throws: also if it prints more than the limit, or takes minutes. It is ended then.
    package static func run(
        _ path: FilePath,
        _ arguments: [ByteString],
        environment: [ByteString]? = nil,
        input: FilePath? = nil,
        limit: Int = .max,
        isQuiet: Bool = false,
    ) throws(ChildProcessError) -> Output {
        let program = path.string
        let signal = ChildSignal.asUsual()
        defer { signal.restore() }
        let ends = try pipe(for: program)
        let child: pid_t
        do throws(ChildProcessError) {
            child = try start(
                program,
                arguments,
                environment,
                input: input?.string ?? "/dev/null",
                output: ends.write,
                isQuiet: isQuiet,
            )
        } catch {
            close(ends.read)
            close(ends.write)
            throw error
        }
        close(ends.write)
        defer { close(ends.read) }
        let deadline = ContinuousClock.now + patience
        let bytes: [UInt8]
        do throws(ChildProcessError) {
            bytes = try readToEnd(ends.read, limit, until: deadline, program)
        } catch {
            end(child)
            throw error
        }
        return Output(status: try status(of: child, until: deadline, program), bytes: bytes)
    }

    private static func pipe(
        for program: String
    ) throws(ChildProcessError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else {
            throw .notStarted(program: program, Errno(rawValue: errno))
        }
        // Its own copy of the one end is not closed by exec; no other program is started meanwhile.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Its standard input is the file `input`, its standard output goes to `output`.
    private static func start(
        _ program: String,
        _ arguments: [ByteString],
        _ environment: [ByteString]?,
        input: String,
        output: Int32,
        isQuiet: Bool,
    ) throws(ChildProcessError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        if isQuiet {
            unsafe posix_spawn_file_actions_addopen(
                &actions,
                STDERR_FILENO,
                "/dev/null",
                O_WRONLY,
                0
            )
        }

        let words = CStringVector([ByteString(program)] + arguments)
        let variables = CStringVector(environment ?? [])
        var child: pid_t = 0
        let error = unsafe words.withPointers { words in
            unsafe variables.withPointers { variables in
                let own = unsafe linux_environment()
                let variables = unsafe environment == nil ? own : UnsafePointer(variables)
                return unsafe posix_spawn(&child, program, &actions, nil, words, variables)
            }
        }
        guard error == 0 else { throw .notStarted(program: program, Errno(rawValue: error)) }
        return child
    }

    /// What the pipe gives until the program, and everything that it started, has closed it.
    private static func readToEnd(
        _ descriptor: Int32,
        _ limit: Int,
        until deadline: ContinuousClock.Instant,
        _ program: String,
    ) throws(ChildProcessError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while ContinuousClock.now < deadline {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 1000) > 0 else { continue }
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            guard count <= limit - bytes.count else {
                throw .outputTooLong(program: program, limit: limit)
            }
            bytes += chunk[..<count]
        }
        throw .tooSlow(program: program, patience)
    }

    private static func end(_ child: pid_t) {
        kill(child, SIGKILL)
        while waitpid(child, nil, 0) < 0, errno == EINTR {}
    }

    /// It has closed its output, and most programs end with that.
    private static func status(
        of child: pid_t,
        until deadline: ContinuousClock.Instant,
        _ program: String,
    ) throws(ChildProcessError) -> Int32 {
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { break }
            guard ended == 0 || errno == EINTR else {
                throw .lost(program: program, Errno(rawValue: errno))
            }
            guard ContinuousClock.now < deadline else {
                end(child)
                throw .tooSlow(program: program, patience)
            }
            usleep(1000)
        }
        let signal = status & 0x7F
        guard signal == 0 else { throw .killed(program: program, signal: signal) }
        return status >> 8 & 0xFF
    }
}

/// What is done when a child ends. Where our caller ignores it, the kernel keeps no status, and every
/// program would seem to have had success; exec hands that on to us (waitpid(2), "NOTES").
private struct ChildSignal {
    private let before: sigaction

    static func asUsual() -> ChildSignal {
        var usual = sigaction()
        var before = sigaction()
        unsafe usual.__sigaction_handler.sa_handler = SIG_DFL
        unsafe sigaction(SIGCHLD, &usual, &before)
        return ChildSignal(before: before)
    }

    func restore() {
        var before = before
        unsafe sigaction(SIGCHLD, &before, nil)
    }
}

/// Why a program did not run to its end.
package enum ChildProcessError: Failure {
    case notStarted(program: String, Errno)
    case killed(program: String, signal: Int32)
    case outputTooLong(program: String, limit: Int)
    case tooSlow(program: String, Duration)
    /// The kernel does not tell how it ended.
    case lost(program: String, Errno)

    package var message: String {
        switch self {
        case .notStarted(let program, let error): "\(program): not started: \(error)"
        case .killed(let program, let signal): "\(program): ended by signal \(signal)"
        case .outputTooLong(let program, let limit):
            "\(program): printed more than is read (expected at most \(limit) bytes)"
        case .tooSlow(let program, let patience):
            "\(program): did not end within \(patience.components.seconds) seconds, so it was ended"
        case .lost(let program, let error): "\(program): how it ended is not known: \(error)"
        }
    }

    package var hint: String? { nil }
    package var exitStatus: ExitStatus { .systemCallFailed }
}
