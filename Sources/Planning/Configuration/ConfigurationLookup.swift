import SystemPackage

extension LauncherConfiguration {
    /// The section for a VM.
    ///
    /// - Parameters:
    ///   - vmid: QEMU's `-id`.
    ///   - name: the guest's name from QEMU's `-name`. It selects a section only if there is no
    ///     `vmid`: on Proxmox, names may be given by users who may not choose firmware.
    ///   - uuid: of `-uuid` or `-smbios type=1,uuid=`; the same is true of it.
    /// - Throws: if two sections are for this VM, if a section is for its UUID although it has an
    ///   ID, or if the section's `uuid` is not the VM's. None of these is ignored: the VM would
    ///   start with something other than what is configured for it.
    package func virtualMachine(
        vmid: VirtualMachineID?,
        name: ByteString?,
        uuid: MachineUUID?,
    ) throws(ConfigurationError) -> VirtualMachineSection? {
        let id = vmid.map { Array($0.description.utf8) }
        let name = name.flatMap { VirtualMachineSection.Subject.isName($0) ? $0.bytes : nil }
        let matching = virtualMachineSections { section in
            id.map { configuration.matches(section.id, $0) } ?? false
                || name.map { configuration.matches(section.id, $0) } ?? false
                || uuid.map { $0 == configuration.uuid(section.id) } ?? false
        }
        guard let match = matching.first else { return nil }
        let reader = SectionValues(configuration: configuration, section: match)
        guard matching.count == 1 else {
            throw reader.error(.severalSections(lines: matching.map(\.line)))
        }
        let section = try VirtualMachineSection(reader)
        if let vmid, !section.subject.isVMID {
            throw reader.error(.notByVMID(vmid: vmid))
        }
        if let expected = section.uuid, expected.value != uuid {
            throw reader.error(
                .otherUUID(expected: expected.value, found: uuid),
                line: expected.line,
            )
        }
        return section
    }

    package var hasVirtualMachines: Bool { !virtualMachineSections { _ in true }.isEmpty }

    /// Whether there is a section by this VM ID.
    package func hasSection(for vmid: VirtualMachineID) -> Bool {
        let id = Array(vmid.description.utf8)
        return !virtualMachineSections { configuration.matches($0.id, id) }.isEmpty
    }

    /// All `vm:` sections, every value of them read.
    package func virtualMachines() throws(ConfigurationError) -> [VirtualMachineSection] {
        var all: [VirtualMachineSection] = []
        for section in virtualMachineSections(where: { _ in true }) {
            let reader = SectionValues(configuration: configuration, section: section)
            let found = try VirtualMachineSection(reader)
            // One UUID can be written in several ways.
            if let other = all.first(where: { $0.subject == found.subject }) {
                throw reader.error(.duplicateSection(firstLine: other.line))
            }
            all.append(found)
        }
        return all
    }

    /// The image of a VM in UEFI mode that names no other.
    package func defaultFirmware(
        for section: VirtualMachineSection?
    ) -> Setting<FirmwareVolumeID>? {
        section?.defaultFirmware?.value == .no ? nil : defaultFirmware
    }

    package func seccomp(for section: VirtualMachineSection?) -> Setting<SeccompMode> {
        section?.seccomp ?? seccomp
    }

    package func spawn(for section: VirtualMachineSection?) -> Setting<SpawnPolicy> {
        section?.spawn ?? spawn
    }

    /// Those for all VMs, and those of the section.
    package func groups(for section: VirtualMachineSection?) -> [SyscallGroup] {
        (groups + (section?.groups ?? [])).map(\.value)
    }

    package func landlock(for section: VirtualMachineSection?) -> Setting<LandlockMode> {
        section?.landlock ?? landlock
    }

    package func capabilities(for section: VirtualMachineSection?) -> Setting<CapabilityMode> {
        section?.capabilities ?? capabilities
    }

    package func debug(for section: VirtualMachineSection?) -> Setting<Debugging> {
        section?.debug ?? debug
    }

    private func virtualMachineSections(
        where isWanted: (SectionConfiguration.Section) -> Bool
    ) -> [SectionConfiguration.Section] {
        configuration.sections.filter { configuration.matches($0.type, "vm") && isWanted($0) }
    }
}

extension SectionConfiguration {
    /// The ID as a UUID, if it has the form of one.
    fileprivate func uuid(_ id: Range<Int>) -> MachineUUID? {
        id.count == 36 ? MachineUUID(bytes[id]) : nil
    }
}

extension StorageConfiguration {
    /// - Parameter bytes: of the storage.cfg that `launcher` names; `nil` if there is none.
    package init(
        _ launcher: LauncherConfiguration,
        storageConfiguration bytes: [UInt8]?,
    ) throws(ConfigurationError) {
        try self.init(
            bytes,
            file: launcher.storageConfiguration.value.string,
            declared: launcher.storages,
            declaredIn: launcher.file,
        )
    }
}

extension Storage {
    /// A storage that launcher.conf declares, for hosts without Proxmox, or for directories that
    /// Proxmox does not know.
    init(_ reader: SectionValues) throws(ConfigurationError) {
        guard let id = StorageID(reader.id.bytes) else {
            let expected = "a storage ID: a letter, then letters, digits, '-', '_' and '.'"
            throw reader.error(.wrongSectionID(found: reader.id, expected: expected))
        }
        guard id != .local else { throw reader.error(.localStorageDefined) }
        let type = StorageType(reader.configuration.text(reader.section.type))
        let mountedPath = type.isMountedByDefault ? FilePath("/mnt/pve/\(id)") : nil
        guard let path = try reader.path("path")?.value ?? mountedPath else {
            throw reader.error(.missingKey("path"))
        }
        self.init(
            id: id,
            type: type,
            origin: .file(reader.configuration.file, line: reader.line),
            path: path,
            contentDirectories: try Self.contentDirectories(reader),
            nodes: try Self.nodes(reader),
            isDisabled: try reader.flag("disable"),
            mountPoint: nil,
            isShared: type.isMountedByDefault,
            images: ImagePlacement(on: type, hasPath: true),
            warnings: [],
        )
    }

    private static func contentDirectories(
        _ reader: SectionValues,
    ) throws(ConfigurationError) -> ContentDirectories {
        guard let found = try reader.text("content-dirs") else { return .standard }
        guard
            let directories = ContentDirectories(parsing: found.value, allowsLeadingSlash: false)
        else {
            let expected = "TYPE=DIRECTORY, …, each below the storage's path"
            throw reader.wrong("content-dirs", found, expected: expected)
        }
        return directories
    }

    private static func nodes(_ reader: SectionValues) throws(ConfigurationError) -> [String]? {
        guard let found = try reader.text("nodes") else { return nil }
        let nodes = listItems(found.value)
        guard !nodes.isEmpty, nodes.allSatisfy(isNodeName) else {
            throw reader.wrong("nodes", found, expected: "names of nodes")
        }
        return nodes
    }
}
