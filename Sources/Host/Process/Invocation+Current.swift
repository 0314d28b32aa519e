import CLinux
import Glibc
package import Planning
import SystemPackage

extension Invocation {
    /// Reads this process: bytes, as the kernel handed them over.
    package static func current() throws(HostError) -> Invocation {
        guard let arguments = unsafe linux_arguments() else {
            throw .systemCallFailed(operation: "reading argv", path: nil, errno: .invalidArgument)
        }
        return Invocation(
            arguments: unsafe byteStrings(arguments),
            environment: unsafe linux_environment().map { unsafe byteStrings($0) } ?? [],
            isRoot: geteuid() == 0,
            nodeName: try nodeName(),
            workingDirectoryIsWritableByOthers: workingDirectoryIsWritableByOthers(),
        )
    }

    private static func nodeName() throws(HostError) -> String {
        var names = utsname()
        guard unsafe uname(&names) == 0 else {
            throw .systemCallFailed(operation: "uname", path: nil, errno: Errno(rawValue: errno))
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
