import CTestSupport
package import Foundation
import Glibc
package import Planning
import Synchronization
import SystemPackage

/// A process that a test started: one owner, who waits for it, and kills it when letting go.
package struct Child: ~Copyable {
    /// Everything a process is started with.
    package struct Request {
        package var program: String
        /// argv, the program's name included.
        package var arguments: [ByteString]
        package var environment: [ByteString]
        /// Where only root can write, as QEMU looks for option ROMs in it.
        package var directory: String
        package var umask: mode_t
        /// Descriptors of ours by the number that the child gets them under. All others are closed.
        package var descriptors: [Int32: Int32]
        /// Whether standard streams that are not among the descriptors are closed.
        package var closesStandardStreams: Bool

        package init(
            program: String,
            arguments: [ByteString],
            environment: [ByteString] = ["PATH=/usr/bin:/bin", "LC_ALL=C"],
            directory: String = "/",
            umask: mode_t = 0o022,
            descriptors: [Int32: Int32] = [:],
            closesStandardStreams: Bool = false,
        ) {
            self.program = program
            self.arguments = arguments
            self.environment = environment
            self.directory = directory
            self.umask = umask
            self.descriptors = descriptors
            self.closesStandardStreams = closesStandardStreams
        }
    }

    package enum End: Equatable {
        case status(Int32)
        case signal(Int32)
        /// It was still running and was killed.
        case timeout
    }

    package let id: pid_t
    private var end: End?

    package init(_ request: Request) throws {
        let arguments = CStringArray(request.arguments)
        let environment = CStringArray(request.environment)
        let numbers = Array(request.descriptors.keys)
        let sources = numbers.compactMap { request.descriptors[$0] }
        id = try unsafe check(
            request.program.withCString { program in
                unsafe request.directory.withCString { directory in
                    unsafe sources.withUnsafeBufferPointer { sources in
                        unsafe numbers.withUnsafeBufferPointer { numbers in
                            var request = unsafe child_process(
                                program: program,
                                arguments: arguments.pointers,
                                environment: environment.pointers,
                                directory: directory,
                                umask: request.umask,
                                sources: sources.baseAddress,
                                numbers: numbers.baseAddress,
                                count: numbers.count
                            )
                            return forking.withLock { _ in
                                unsafe child_process_start(&request)
                            }
                        }
                    }
                }
            }
        )
    }

    deinit {
        guard end == nil else { return }
        kill(id, SIGKILL)
        _ = waitpid(id, nil, 0)
    }

    /// Whether it has ended, without waiting for it.
    package mutating func poll() throws -> End? {
        if let end { return end }
        var status: Int32 = 0
        guard try check(unsafe waitpid(id, &status, WNOHANG)) == id else { return nil }
        let signal = status & 0x7F
        end = signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
        return end
    }

    /// Waits until it ends. It is killed where that takes too long.
    package mutating func wait(atMost limit: Duration = patience) async throws -> End {
        let status = try await eventually(within: limit, every: .milliseconds(3)) { try poll() }
        if let status { return status }
        kill(id, SIGKILL)
        try check(waitpid(id, nil, 0))
        end = .timeout
        return .timeout
    }
}

/// Strings as C takes an array of them: with a null pointer at the end.
@safe private final class CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [ByteString]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() {
            let bytes = string.bytes.map { CChar(bitPattern: $0) } + [0]
            unsafe (pointers + index).initialize(to: strdup(bytes))
        }
        unsafe (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}

/// Fails with the `Errno` of a call that reports -1.
@discardableResult
package func check<Value: SignedInteger>(_ value: Value) throws -> Value {
    guard value != -1 else { throw Errno(rawValue: errno) }
    return value
}

/// What a program printed and how it ended.
package struct Outcome {
    package let process: pid_t
    package let end: Child.End
    package let output: String
    package let errors: String

    package init(process: pid_t, end: Child.End, output: String, errors: String) {
        (self.process, self.end) = (process, end)
        (self.output, self.errors) = (output, errors)
    }

    /// The lines on standard error.
    package var complaints: [String] { errors.split(separator: "\n").map(String.init) }
}

/// Runs a program to its end, with nothing on its standard input.
package func run(
    _ request: Child.Request,
    atMost limit: Duration = patience,
) async throws -> Outcome {
    let (output, errors) = (try Capture(), try Capture())
    var request = request
    if !request.closesStandardStreams {
        let streams = [0: nullDevice, 1: output.file, 2: errors.file] as [Int32: FileHandle]
        request.descriptors.merge(streams.mapValues(\.fileDescriptor)) { chosen, _ in chosen }
    }
    var child = try Child(request)
    let end = try await child.wait(atMost: limit)
    return Outcome(
        process: child.id,
        end: end,
        output: try output.text(),
        errors: try errors.text()
    )
}

/// A file without a name that a child writes into: unlike a pipe it is never full.
package struct Capture {
    /// What its name begins with, where descriptors show it.
    package static let name = "/tmp/qemu-launcher-capture-"

    package let file: FileHandle

    package init() throws {
        let path = Self.name + UUID().uuidString
        // Not for the children that other tests start in the meantime.
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        let number = try check(unsafe open(path, flags, 0o600))
        file = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        try remove(path)
    }

    /// All that was written so far.
    package func bytes() throws -> Data {
        var status = stat()
        try check(unsafe fstat(file.fileDescriptor, &status))
        var bytes = Data(count: Int(status.st_size))
        let number = file.fileDescriptor
        _ = try check(
            unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(number, $0.baseAddress, $0.count, 0)
            }
        )
        return bytes
    }

    package func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
}

/// Processes that somehow belong to a test, found by what they say about themselves.
package enum Processes {
    /// Those with `text`, such as the path of a store, anywhere in their arguments.
    package static func mentioning(_ text: String) throws -> [pid_t] {
        let entries = try FileManager.default.contentsOfDirectory(atPath: "/proc")
        return entries.compactMap { pid_t($0) }.filter { process in
            guard process != getpid(),
                let arguments = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
            else { return false }
            return arguments.range(of: Data(text.utf8)) != nil
        }
    }

    package static func kill(mentioning text: String) throws {
        for process in try mentioning(text) { Glibc.kill(process, SIGKILL) }
    }

    /// Where each of the process's descriptors leads.
    package static func descriptors(of process: pid_t) throws -> [Int32: String] {
        let directory = "/proc/\(process)/fd"
        var targets: [Int32: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            guard let number = Int32(name) else { continue }
            // One that the process has closed in the meantime leads nowhere.
            targets[number] = try? FileManager.default
                .destinationOfSymbolicLink(atPath: "\(directory)/\(name)")
        }
        return targets
    }

    /// What a process and those that it started do, a thread a line: its name, its state, where it
    /// waits in the kernel, and its system call. For a failure that nobody can make happen again.
    static func activity(of process: pid_t) -> String {
        let threads = "/proc/\(process)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []
        return names.map { name in
            func said(_ file: String) -> String {
                let data = FileManager.default.contents(atPath: "\(threads)/\(name)/\(file)")
                return String(decoding: data ?? Data(), as: UTF8.self)
            }
            // The state is the first word after the name in parentheses.
            let state = said("stat").split(separator: ")").last?.prefix(2) ?? ""
            let line = "\(name) \(said("comm"))\(state) \(said("wchan")) \(said("syscall"))"
            let children = said("children").split(separator: " ").compactMap { pid_t($0) }
            let own = "\n" + line.split(separator: "\n").joined()
            return own + children.map(activity).joined()
        }.joined()
    }
}

/// Whether a program has made what it makes once it is ready: a file, or a socket on which it listens
/// already. (proc_net_unix: flag 0x10000 is `__SO_ACCEPTCON`, type 1 a stream.)
package func isMade(_ path: String) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let sockets = FileManager.default.contents(atPath: "/proc/net/unix") ?? Data()
    var streams: [Substring] = []
    for line in String(decoding: sockets, as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 7)
        if words.count == 8, words[7] == path, words[4] == "0001" { streams.append(words[3]) }
    }
    return streams.isEmpty || streams.contains("00010000")
}
