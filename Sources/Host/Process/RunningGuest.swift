import CLinux
import Glibc
package import Planning
package import SystemPackage

/// A QEMU that runs on this host, as /proc shows it (proc(5)).
package struct RunningGuest: Sendable {
    package let process: Int32
    /// Of QEMU, argv[0] included.
    package let arguments: [ByteString]
    /// Whose process it is.
    package let user: UInt32
    package let confinement: ProcessConfinement
    /// The image that it was started with; `nil` if it got none from the launcher.
    package let image: SealedImageOfProcess?

    /// - Throws: if the process may not be looked at, or is gone.
    init(_ process: Int32) throws(Errno) {
        let directory = FilePath("/proc/\(process)")
        self.process = process
        arguments = try Self.content(of: directory.appending("cmdline"))
            .split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { ByteString($0) }
        user = try Stat(at: directory).userID.rawValue
        let status = ByteString(try Self.content(of: directory.appending("status")))
        guard let confinement = ProcessConfinement(parsing: status) else { throw .noSuchProcess }
        self.confinement = confinement
        // Anybody can make a file with such a name. What counts is what QEMU read its code from.
        let words = arguments.map { String(decoding: $0.bytes, as: UTF8.self) }
        image = try SealedImageOfProcess.find(in: directory.appending("fd")) { number in
            words.contains { $0.mentions(descriptor: number) }
        }
    }

    private static func content(of path: FilePath) throws(Errno) -> [UInt8] {
        try OwnedDescriptor(opening: path, flags: O_RDONLY).readToEnd(limit: 16 << 20) ?? []
    }
}

/// Every QEMU for x86 that runs on this host.
package struct RunningGuests: Sendable {
    package private(set) var guests: [RunningGuest] = []
    /// Processes that look like QEMU and may not be looked at.
    package private(set) var hidden: [Int32] = []
    /// Filters that every process here has, as in a container; `nil` if the kernel does not tell.
    package let usualFilterCount: Int?

    package init() throws(HostError) {
        // Where /proc hides other users' processes (hidepid), it is hidden too.
        do throws(HostError) {
            usualFilterCount = try ProcessStatus.confinement(of: 1)?.filterCount
        } catch {
            usualFilterCount = nil
        }
        let names: [String]
        do throws(Errno) {
            names = try DirectoryListing.names(in: "/proc")
        } catch {
            throw .systemCallFailed(operation: "open", path: "/proc", errno: error)
        }
        for process in names.compactMap(Int32.init).sorted() { look(at: process) }
    }

    private mutating func look(at process: Int32) {
        switch Self.program(of: process) {
        case .success(let program) where Self.isQEMU(program):
            do throws(Errno) {
                let guest = try RunningGuest(process)
                if !guest.arguments.isEmpty { guests.append(guest) }
            } catch .permissionDenied {
                hidden.append(process)
            } catch {
                // It has ended meanwhile.
            }
        case .success: break
        case .failure(.permissionDenied):
            // What anybody may see of it tells whether it matters. Its first word is the caller's
            // choice, and may be the launcher's own name.
            let seen = [Self.firstWord(of: process), Self.name(of: process)].compactMap(\.self)
            // One that shows nothing of itself, and has not ended meanwhile, may be QEMU.
            let mayBeQEMU =
                seen.isEmpty
                ? DirectoryEntry.exists(at: FilePath("/proc/\(process)"))
                : seen.contains { Self.isQEMU($0) || Self.isLauncher($0) }
            if mayBeQEMU { hidden.append(process) }
        case .failure: break
        }
    }

    /// After an upgrade of QEMU's package, the running program's file is gone.
    private static func program(of process: Int32) -> CallOutcome<String> {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe "/proc/\(process)/exe".withCString { path in
            unsafe readlink(path, &buffer, buffer.count)
        }
        guard count >= 0 else { return .failure(Errno(rawValue: errno)) }
        let bytes = buffer[..<count].map(UInt8.init(bitPattern:))
        let text = String(decoding: bytes, as: UTF8.self)
        return .success(text.hasSuffix(" (deleted)") ? String(text.dropLast(10)) : text)
    }

    private static func firstWord(of process: Int32) -> String? {
        do throws(Errno) {
            let path = FilePath("/proc/\(process)/cmdline")
            let line = try OwnedDescriptor(opening: path, flags: O_RDONLY).read(atMost: 4096)
            return String(decoding: line.prefix { $0 != 0 }, as: UTF8.self)
        } catch {
            return nil
        }
    }

    /// The program's own, cut to 15 bytes (proc_pid_comm(5)), unless the process has changed it.
    private static func name(of process: Int32) -> String? {
        do throws(Errno) {
            let path = FilePath("/proc/\(process)/comm")
            let name = try OwnedDescriptor(opening: path, flags: O_RDONLY).read(atMost: 64)
            return String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        } catch {
            return nil
        }
    }

    private static let programs = ["kvm", "qemu-kvm", "qemu-system-x86_64", "qemu-system-i386"]

    private static func isQEMU(_ path: String) -> Bool {
        let name = FilePath(path).lastComponent?.string ?? ""
        return programs.contains { $0 == name || $0.prefix(15) == name }
    }

    private static func isLauncher(_ path: String) -> Bool {
        FilePath(path).lastComponent?.string == "qemu-launcher"
    }
}

/// The sealed memory file that the launcher gave to a QEMU. Its name says which image it is a copy
/// of, and which digests that has; its seals say that nobody has changed it since.
package struct SealedImageOfProcess: Hashable, Sendable {
    /// A volume ID, or the path of stock firmware.
    package let name: String
    /// Those that were pinned, as the name has them; none if the name was too long for them.
    package let digests: [Digest]
    /// `/proc/PID/fd/N`
    package let path: FilePath

    /// - Parameter isUsed: whether QEMU's command line names the descriptor of this number.
    /// - Returns: `nil` if no descriptor is such a file.
    static func find(
        in directory: FilePath,
        where isUsed: (String) -> Bool,
    ) throws(Errno) -> SealedImageOfProcess? {
        for number in try DirectoryListing.names(in: directory) where isUsed(number) {
            let path = directory.appending(number)
            guard let target = DirectoryEntry.targetOfLink(at: path),
                let image = SealedImageOfProcess(target: target, path: path),
                isSealed(path)
            else { continue }
            return image
        }
        return nil
    }

    /// - Parameter target: `/memfd:NAME DIGEST … (deleted)`
    private init?(target: String, path: FilePath) {
        let prefix = "/memfd:"
        let suffix = " (deleted)"
        guard target.hasPrefix(prefix), target.hasSuffix(suffix) else { return nil }
        let text = target.dropFirst(prefix.count).dropLast(suffix.count)
        var words = text.split(separator: " ", omittingEmptySubsequences: false)
        var digests: [Digest] = []
        while let digest = words.last.flatMap({ Digest(text: String($0)) }) {
            digests.insert(digest, at: 0)
            words.removeLast()
        }
        name = words.joined(separator: " ")
        // QEMU makes memory files of its own, without blanks and digests.
        guard name.hasPrefix("/") || name.contains(":"), !digests.isEmpty || words.count > 1 else {
            return nil
        }
        self.digests = digests
        self.path = path
    }

    private static func isSealed(_ path: FilePath) -> Bool {
        do throws(Errno) {
            let file = try sealedFile(path)
            let number = file.number
            let wanted =
                LINUX_F_SEAL_SEAL | LINUX_F_SEAL_SHRINK | LINUX_F_SEAL_GROW | LINUX_F_SEAL_WRITE
            return try systemCall { fcntl(number, LINUX_F_GET_SEALS) }.get() & wanted == wanted
        } catch {
            return false
        }
    }

    /// What the process calls a memory file may be a pipe, which would keep us waiting.
    private static func sealedFile(_ path: FilePath) throws(Errno) -> OwnedDescriptor {
        let file = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        guard try file.status().type == .regular else { throw .invalidArgument }
        return file
    }

    /// What its bytes have, for digests that the name does not tell.
    package func digest(by algorithm: Digest.Algorithm) throws(HostError) -> Digest {
        do throws(Errno) {
            let file = try Self.sealedFile(path)
            let bytes = try file.readToEnd(limit: ImageRequest.maximumByteCount) ?? []
            return ImageDigester.digests(of: bytes.span, by: [algorithm])[0]
        } catch {
            throw .systemCallFailed(operation: "read", path: path, errno: error)
        }
    }
}

extension Digest {
    /// `sha256:6f0c…`, as ``description`` writes it.
    fileprivate init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else {
            return nil
        }
        do throws(DigestError) {
            try self.init(algorithm, hex: String(parts[1]))
        } catch {
            return nil
        }
    }
}

extension String {
    /// Whether it has `/proc/self/fd/N` with this number.
    fileprivate func mentions(descriptor number: String) -> Bool {
        let path = "/proc/self/fd/\(number)"
        var rest = self[...]
        while let place = rest.firstRange(of: path) {
            rest = rest[place.upperBound...]
            if rest.first?.isNumber != true { return true }
        }
        return false
    }
}
