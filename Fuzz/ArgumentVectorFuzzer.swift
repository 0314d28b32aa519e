import Planning
import SystemPackage

/// A command line, an argument a line: planned with and without custom firmware.
func fuzzArgumentVector(_ bytes: [UInt8]) {
    let words = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
        ByteString(Array($0).filter { $0 != 0 })
    }
    let arguments: [ByteString] = ["/usr/bin/kvm"] + words
    require(ArgumentVector(arguments).arguments == arguments, "a vector lost something")

    let asking: [ByteString] = ["-efi-firmware", "fuzz:efi-firmware/a.fd"]
    for command in [arguments, arguments + asking] {
        do {
            try plan(command)
        } catch let error as LauncherOptionError {
            requireReadable(error)
        } catch let error as LaunchFailure {
            requireReadable(error)
        } catch let error as ConfigurationError {
            requireReadable(error)
        } catch {
            fatalError("an error of another type: \(error)")
        }
    }
}

private func plan(_ arguments: [ByteString]) throws {
    let request = try LaunchRequest(
        Invocation(
            arguments: arguments,
            environment: [],
            isRoot: true,
            nodeName: "node",
            workingDirectoryIsWritableByOthers: false,
        )
    )
    let configuration = try LauncherConfiguration(parsing: Array(text.utf8), file: "launcher.conf")
    let settings = try Planner.settings(request, configuration: configuration, guest: .notNeeded)
    let unchanged = try Planner.passThrough(request, settings: settings)
    guard case .image(let choice) = try Planner.demand(request, settings: settings) else {
        let own = ["efi-firmware", "efidisk0", "launcher-config"]
        let isForeign = ArgumentVector(arguments).options.allSatisfy { option in
            !own.contains { option.name == $0 }
        }
        require(!isForeign || unchanged.arguments == arguments, "a pass-through changed")
        return
    }
    let host = HostState(
        storages: try StorageConfiguration(configuration, storageConfiguration: nil),
        audit: CommandLineAudit.Context(),
        imageDescriptor: 987,
    )
    let plan = try Planner.plan(request, settings: settings, choice: choice, host: host)
    let images = plan.arguments.filter { $0.mentions(host.imagePath) }
    require(images.count == 1, "the image is attached \(images.count) times")
    require(plan.arguments.first == arguments.first, "argv[0] changed")
}

private let text = """
    dir: fuzz
    \tpath /srv/fuzz

    firmware: fuzz:efi-firmware/a.fd
    \tsha256 a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5

    """

extension ByteString {
    fileprivate func mentions(_ other: ByteString) -> Bool {
        guard bytes.count >= other.bytes.count else { return false }
        return (0...(bytes.count - other.bytes.count)).contains {
            bytes[$0..<($0 + other.bytes.count)] == other.bytes[...]
        }
    }
}
