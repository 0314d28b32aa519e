import Foundation
import Glibc
import Planning

/// What a program printed and how it ended.
struct Outcome {
    let process: pid_t
    let end: Child.End
    let output: String
    let errors: String

    /// The lines on standard error.
    var complaints: [String] { errors.split(separator: "\n").map(String.init) }
}

/// Runs a program to its end, with nothing on its standard input.
func run(
    _ request: Child.Request,
    atMost limit: Duration = .seconds(20),
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
struct Capture {
    /// What its name begins with, where descriptors show it.
    static let name = "/tmp/qemu-launcher-capture-"

    let file: FileHandle

    init() throws {
        let path = Self.name + UUID().uuidString
        // Not for the children that other tests start in the meantime.
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        let number = try check(unsafe open(path, flags, 0o600))
        file = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        try remove(path)
    }

    /// All that was written so far.
    func bytes() throws -> Data {
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

    func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
}
