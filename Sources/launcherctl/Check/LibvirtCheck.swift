import Host
import Planning
import SystemPackage

/// The domains that the system's libvirt keeps: does each that should start with verified firmware
/// start through the launcher, and ask for it?
enum LibvirtCheck {
    /// Where `virQEMUDriverConfigNew` of libvirt keeps the definitions of `qemu:///system`.
    static let directory: FilePath = "/etc/libvirt/qemu"

    static func findings(
        _ inventory: Inventory,
        in directory: FilePath = directory,
    ) -> [CheckResult] {
        let names: [String]
        do throws(HostFileError) {
            names = try DirectoryListing.files(in: directory)
        } catch {
            return [CheckResult("libvirt", directory.string, .warning, error)]
        }
        let images = ImagesByPath(inventory)
        return names.filter { $0.hasSuffix(".xml") }.compactMap { name in
            do throws(HostFileError) {
                let path = directory.appending(name)
                guard let text = try HostFiles.configuration(at: path),
                    let domain = LibvirtDomain(parsing: text)
                else { return nil }
                return finding(domain, inventory, images)
            } catch {
                return CheckResult("libvirt", name, .warning, error)
            }
        }
    }

    /// - Returns: `nil` for a domain that has nothing to do with our images.
    private static func finding(
        _ domain: LibvirtDomain,
        _ inventory: Inventory,
        _ images: ImagesByPath,
    ) -> CheckResult? {
        let section: VirtualMachineSection?
        do throws(ConfigurationError) {
            section = try inventory.section(namedFor: domain)
        } catch {
            return CheckResult("libvirt", domain.name, .failure, error)
        }
        let hasLauncher = startsLauncher(domain)
        let named = inventory.wish(of: section)
        let byDefault = domain.loader == nil ? nil : inventory.defaultWish(for: section)
        if hasLauncher, let asked = named ?? byDefault {
            let message = "asks for \(asked.volume), chosen by \(asked.origin)"
            return CheckResult("libvirt", domain.name, .ok, message)
        }
        let edit =
            "'virsh edit \(domain.name)', and write <emulator>\(Diversion.launcher)</emulator>"
        if let named {
            return CheckResult(
                "libvirt",
                domain.name,
                .failure,
                "\(named.origin) asks for \(named.volume), but its <emulator>"
                    + " \(quoted(domain.emulator ?? "")) is not the launcher",
                hint: edit,
            )
        }
        guard let loader = domain.loader, let volume = images[FilePath(loader)] else { return nil }
        let advice =
            "write 'vm: \(domain.name)' with 'firmware \(volume)' into"
            + " \(inventory.configuration.file)"
        return CheckResult(
            "libvirt",
            domain.name,
            .warning,
            "its <loader> is \(volume), but nobody asks for it: QEMU opens the file unverified",
            hint: hasLauncher ? advice : "\(advice); \(edit)",
        )
    }

    private static func startsLauncher(_ domain: LibvirtDomain) -> Bool {
        guard let emulator = domain.emulator else { return false }
        return emulator == Diversion.launcher.string
            || DirectoryEntry.targetOfLink(at: FilePath(emulator)) == Diversion.launcher.string
    }
}

/// Pinned volumes by where their files are.
private struct ImagesByPath {
    private var volumes: [FilePath: FirmwareVolumeID] = [:]

    init(_ inventory: Inventory) {
        for case .volume(let volume) in inventory.configuration.firmware.map(\.subject) {
            do throws(LaunchFailure) {
                let location = try inventory.location(of: volume)
                for directory in location.directories {
                    let folder = location.root.appending(directory)
                    volumes[folder.appending(location.fileName).lexicallyNormalized()] = volume
                }
            } catch {
                // The storages and pins have findings of their own.
            }
        }
    }

    subscript(path: FilePath) -> FirmwareVolumeID? { volumes[path.lexicallyNormalized()] }
}

extension Inventory {
    /// The domain's section of launcher.conf.
    fileprivate func section(
        namedFor domain: LibvirtDomain
    ) throws(ConfigurationError) -> VirtualMachineSection? {
        try configuration.virtualMachine(
            vmid: nil,
            name: ByteString(domain.name),
            uuid: MachineUUID(domain.uuid),
        )
    }

    fileprivate func wish(of section: VirtualMachineSection?) -> FirmwareWish? {
        section?.firmware.map { FirmwareWish($0.value, origin: place(of: $0.line)) }
    }
}

/// What the XML of a domain says, as far as `check` needs it. libvirt writes these files itself,
/// always in the same form (`virDomainDefFormat`). A file in another form is left out: then
/// `check` says too little, and never something wrong.
struct LibvirtDomain: Equatable {
    let name: String
    let uuid: String
    /// The file of `<loader>`.
    let loader: String?
    let emulator: String?

    /// - Returns: `nil` for what is not a domain in libvirt's form.
    init?(parsing bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self),
            let texts = Self.texts(in: Substring(text)),
            let name = texts["domain/name"], let uuid = texts["domain/uuid"]
        else { return nil }
        self.name = name
        self.uuid = uuid
        loader = texts["domain/os/loader"]
        emulator = texts["domain/devices/emulator"]
    }

    /// The text of each element, by the names that lead to it; of several the first.
    private static func texts(in document: Substring) -> [String: String]? {
        var texts: [String: String] = [:]
        var path: [Substring] = []
        var content = ""
        var rest = document
        while let start = rest.firstIndex(of: "<") {
            content += rest[..<start]
            rest = rest[start...].dropFirst()
            if rest.hasPrefix("!--") {
                guard let end = rest.firstRange(of: "-->") else { return nil }
                rest = rest[end.upperBound...]
                continue
            }
            guard let end = rest.firstIndex(of: ">") else { return nil }
            let tag = rest[..<end]
            rest = rest[end...].dropFirst()
            if tag.hasPrefix("?") { continue }
            // libvirt writes no document type and no CDATA.
            if tag.hasPrefix("!") { return nil }
            if tag.hasPrefix("/") {
                let place = path.joined(separator: "/")
                guard path.popLast() == tag.dropFirst(), let text = unescaped(content) else {
                    return nil
                }
                if texts[place] == nil { texts[place] = text }
            } else if !tag.hasSuffix("/") {
                path.append(tag.prefix { !$0.isWhitespace })
            }
            content = ""
        }
        return path.isEmpty ? texts : nil
    }

    /// - Returns: `nil` for an entity that libvirt does not write (`virXMLFormat` escapes these).
    private static func unescaped(_ text: String) -> String? {
        guard text.contains("&") else { return text }
        var parts = text.split(separator: "&", omittingEmptySubsequences: false)
        var result = String(parts.removeFirst())
        for part in parts {
            guard let end = part.firstIndex(of: ";"), let character = entities[part[..<end]] else {
                return nil
            }
            result += character + part[end...].dropFirst()
        }
        return result
    }

    private static let entities: [Substring: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
    ]
}
