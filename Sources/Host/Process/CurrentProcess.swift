import CLinux
import Glibc
package import Planning
import SystemPackage

/// What this process may do.
package enum CurrentProcess {
    package static var isRoot: Bool { geteuid() == 0 }
}

extension Invocation {
    /// Reads this process: bytes, as the kernel handed them over.
    package static func current() throws(LaunchFailure) -> Invocation {
        guard let arguments else {
            throw LaunchFailure(
                HostError.systemCallFailed(
                    operation: "reading argv",
                    path: nil,
                    errno: .invalidArgument,
                )
            )
        }
        return Invocation(
            arguments: arguments,
            environment: unsafe linux_environment().map { unsafe byteStrings($0) } ?? [],
            isRoot: geteuid() == 0,
            nodeName: try nodeName(),
            workingDirectoryIsWritableByOthers: workingDirectoryIsWritableByOthers(),
        )
    }

    fileprivate static var arguments: [ByteString]? {
        unsafe linux_arguments().map { unsafe byteStrings($0) }
    }

    private static func nodeName() throws(LaunchFailure) -> String {
        var names = utsname()
        guard unsafe uname(&names) == 0 else {
            let error = Errno(rawValue: errno)
            throw LaunchFailure(
                HostError.systemCallFailed(operation: "uname", path: nil, errno: error)
            )
        }
        let bytes = unsafe withUnsafeBytes(of: names.nodename) { unsafe Array($0) }
        let host = bytes.prefix { $0 != 0 && $0 != UInt8(ascii: ".") }
        return String(decoding: host, as: UTF8.self)
    }

    /// A directory that cannot be looked at counts as writable: unknown means refuse.
    private static func workingDirectoryIsWritableByOthers() -> Bool {
        do throws(Errno) {
            let directory = try Stat(at: FilePath("."))
            return directory.isWritableByOthers
                || !directory.isOwned(byRootOr: UserID(rawValue: geteuid()))
        } catch {
            return true
        }
    }
}

extension MachineIdentity {
    /// Of the VM that this process was asked to start, for what could not be read any further.
    package static var ofThisProcess: MachineIdentity {
        Invocation.arguments.map { MachineIdentity(QEMUCommandLine($0)) } ?? MachineIdentity()
    }
}

/// The strings of an array of C strings that ends with a null pointer.
private func byteStrings(
    _ vector: UnsafePointer<UnsafeMutablePointer<CChar>?>
) -> [ByteString] {
    var count = 0
    while unsafe vector[count] != nil { count += 1 }
    var strings: [ByteString] = []
    strings.reserveCapacity(count)
    while let string = unsafe vector[strings.count] {
        let bytes = unsafe UnsafeRawBufferPointer(start: string, count: strlen(string))
        unsafe strings.append(ByteString(Array(bytes)))
    }
    return strings
}

/// What the caller sends to a command.
package enum StandardInput {
    /// Hands over every line until the input ends; for a line that is too long, its start.
    package static func lines(_ body: (ByteString) -> Void) throws(HostError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { unsafe buffer.deallocate() }
        var line: [UInt8] = []
        while true {
            let count: Int
            do throws(Errno) {
                count = try systemCall {
                    unsafe read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                }.get()
            } catch {
                throw .systemCallFailed(
                    operation: "reading standard input",
                    path: nil,
                    errno: error
                )
            }
            guard count > 0 else { break }
            for byte in unsafe Array(buffer[..<count]) {
                if byte == UInt8(ascii: "\n") {
                    body(ByteString(line))
                    line.removeAll(keepingCapacity: true)
                } else if line.count < 64 << 10 {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { body(ByteString(line)) }
    }
}

/// What /proc says about a process.
package enum ProcessStatus {
    /// - Returns: `nil` if no process has the number, or not any more.
    package static func confinement(of processID: Int) throws(HostError) -> ProcessConfinement? {
        let path = FilePath("/proc/\(processID)/status")
        do throws(Errno) {
            let file = try OwnedDescriptor(opening: path, flags: O_RDONLY)
            let content = try file.readToEnd(limit: 1 << 20)
            return content.flatMap { ProcessConfinement(parsing: ByteString($0)) }
        } catch .noSuchFileOrDirectory, .noSuchProcess {
            return nil
        } catch {
            throw .systemCallFailed(operation: "reading", path: path, errno: error)
        }
    }
}

/// Where this process may run.
package enum CPUAffinity {
    /// Keeps the process on these CPUs, and what it becomes by exec, as `taskset` in front of it
    /// would.
    package static func set(_ cpus: CPUList) throws(HostError) {
        let width = UInt64.bitWidth
        var mask = [UInt64](repeating: 0, count: (cpus.numbers.last ?? 0) / width + 1)
        for number in cpus.numbers { mask[number / width] |= 1 << (number % width) }
        let byteCount = mask.count * MemoryLayout<UInt64>.size
        do throws(Errno) {
            _ = try systemCall { unsafe linux_set_affinity(mask, byteCount) }.get()
        } catch {
            throw .systemCallFailed(operation: "sched_setaffinity", path: nil, errno: error)
        }
    }
}
