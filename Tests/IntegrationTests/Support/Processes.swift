import Foundation
import Glibc

/// Processes that somehow belong to a test, found by what they say about themselves.
enum Processes {
    /// Those with `text`, such as the path of a store, anywhere in their arguments.
    static func mentioning(_ text: String) throws -> [pid_t] {
        let entries = try FileManager.default.contentsOfDirectory(atPath: "/proc")
        return entries.compactMap { pid_t($0) }.filter { process in
            guard process != getpid(),
                let arguments = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
            else { return false }
            return arguments.range(of: Data(text.utf8)) != nil
        }
    }

    static func kill(mentioning text: String) throws {
        for process in try mentioning(text) { Glibc.kill(process, SIGKILL) }
    }

    /// Where each of the process's descriptors leads.
    static func descriptors(of process: pid_t) throws -> [Int32: String] {
        let directory = "/proc/\(process)/fd"
        var targets: [Int32: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            guard let number = Int32(name) else { continue }
            targets[number] = try FileManager.default
                .destinationOfSymbolicLink(atPath: "\(directory)/\(name)")
        }
        return targets
    }
}
