import LZMA
import Planning
import TestSupport
import Testing

struct FirmwareFitnessTests {
    @Test func `an image is judged for every guest as it would be attached`() {
        let image = FirmwareImage(SyntheticImage(storeByteCount: 0x5000).build().span)
        let fitness = FirmwareFitness(of: image, features: .unknown)
        #expect(fitness.verdicts.map(\.guest) == GuestKind.allCases)
        #expect(fitness.verdicts.allSatisfy { $0.isFit })
        #expect(fitness.verdicts.map(\.attachment) == [.flash, .bios, .bios, .bios, .bios])
        let code = FirmwareImage(SyntheticImage().build().span)
        let split = FirmwareFitness(of: code, features: .unknown)
        #expect(split.verdicts.filter(\.isFit).map(\.guest) == [.normal, .sev, .sevES])
    }

    @Test func `firmware for another architecture is fit for nothing here`() {
        let bytes = [0, 4, 0, 0x14] + filler(4092, of: 0) + SyntheticImage().volume(0x8000)
        let image = FirmwareImage(bytes.span)
        let fitness = FirmwareFitness(of: image, features: .unknown)
        #expect(fitness.verdicts.allSatisfy { $0.findings.map(\.code) == ["FW-E09"] })
        #expect(FirmwareFitness(of: image, features: .unknown, on: .aarch64).isFit(for: .normal))
    }

    @Test func `a build without a driver for a guest is not fit for it`() throws {
        let image = FirmwareImage(SyntheticImage(storeByteCount: 0x5000).build().span)
        let features = BuildFeatures(hasSEVDriver: true, hasTDXDriver: false)
        let fitness = FirmwareFitness(of: image, features: features)
        #expect(
            fitness.verdicts.filter(\.isFit).map(\.guest) == [.normal, .sev, .sevES, .sevSNP]
        )
        let tdx = try #require(fitness.verdicts.last)
        #expect(tdx.reasons.map(\.code).contains("FW-W05"))
    }

    @Test func `an image that cannot be unpacked is fit for nothing`() {
        let image = FirmwareImage(SyntheticImage(storeByteCount: 0x5000).build().span)
        let fitness = FirmwareFitness(of: image, features: .unknown, fault: .damaged(.corrupt))
        #expect(fitness.verdicts.allSatisfy { !$0.isFit && $0.reasons.map(\.code) == ["FW-E03"] })
    }

    @Test func `a variable store is fit for nothing`() {
        let store = FirmwareImage(SyntheticImage.store().span)
        let fitness = FirmwareFitness(of: store, features: .unknown)
        #expect(fitness.verdicts.allSatisfy { !$0.isFit })
        #expect(FirmwareDescriptor(of: store, contents: nil, path: "/x.fd") == nil)
    }

    private typealias Described = (
        made: MadeImage, file: String, mapping: FirmwareDescriptor.Mapping, machines: [String],
        features: [String]
    )

    /// As the distributions' own descriptors say it of the real images.
    private static let described: [Described] = [
        (
            .amdsev, "sid-amdsev.fd", .memory(file: "/f"), ["pc-q35-*"],
            ["acpi-s3", "amd-sev", "amd-sev-es", "amd-sev-snp"]
        ),
        (
            .inteltdx, "sid-inteltdx.fd", .memory(file: "/f"), ["pc-q35-*"],
            ["acpi-s3", "enrolled-keys", "intel-tdx", "secure-boot"]
        ),
        (
            .codeSecureBoot, "trixie-code-4m-secboot.fd",
            .split(executable: "/f", template: "/v"), ["pc-q35-*"],
            ["acpi-s3", "amd-sev", "requires-smm", "secure-boot"]
        ),
        (
            .code, "trixie-code-4m.fd", .split(executable: "/f", template: "/v"),
            ["pc-i440fx-*", "pc-q35-*"], ["acpi-s3", "amd-sev", "amd-sev-es"]
        ),
    ]

    @Test(arguments: described.indices)
    func `an image's descriptor says what that of its like does`(index: Int) throws {
        let row = Self.described[index]
        try expect(row, of: row.made.rawValue, template: MadeImage.store.rawValue)
    }

    @Test(
        .enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"),
        arguments: described.indices
    )
    func `a real image's descriptor says what its distribution's does`(index: Int) throws {
        let row = Self.described[index]
        try expect(row, of: row.file, template: "trixie-vars-4m.fd")
    }

    private func expect(_ row: Described, of name: String, template: String) throws {
        let unpacked = try KnownImage.contents(name)
        let store = try #require(KnownImage.understood(template).variableStore)
        let descriptor = try #require(
            FirmwareDescriptor(
                of: KnownImage.understood(name),
                contents: FirmwareContents(unpacked: unpacked.span),
                path: "/f",
                template: (path: "/v", store: store),
            )
        )
        #expect(descriptor.mapping == row.mapping)
        #expect(descriptor.machines == row.machines)
        #expect(descriptor.features == row.features)
    }

    private func descriptor(
        of made: MadeImage,
        _ change: (inout FirmwareContents) -> Void,
    ) throws -> FirmwareDescriptor? {
        let packed = try KnownImage.contents(made.rawValue)
        var contents = FirmwareContents(unpacked: packed.span)
        change(&contents)
        return FirmwareDescriptor(
            of: try KnownImage.understood(made.rawValue),
            contents: contents,
            path: "/f",
            template: made == .combined ? nil : (path: "/v", store: nil),
        )
    }

    @Test func `a combined image that requires SMM has no descriptor`() throws {
        #expect(try descriptor(of: .combined) { _ in } != nil)
        #expect(
            try descriptor(of: .combined) { $0.features.requiresSystemManagementMode = true } == nil
        )
    }

    @Test func `a 32-bit build is for i386`() throws {
        #expect(try descriptor(of: .code) { _ in }?.architecture == "x86_64")
        let narrow = try descriptor(of: .code) { $0.features.driverMode = .bits32 }
        #expect(narrow?.architecture == "i386")
    }

    /// Its size would fit -bios, but nothing says that it should be there.
    @Test func `a code image of 2 MiB starts no guest from memory`() throws {
        let made = SyntheticImage(mainByteCount: 1_753_088, securityByteCount: 212_992)
        let image = FirmwareImage(made.build().span)
        let packed = try KnownImage.contents(MadeImage.code.rawValue)
        let contents = FirmwareContents(unpacked: packed.span)
        let fitness = FirmwareFitness(of: image, features: contents.features)
        #expect(fitness.isFit(for: .sevSNP))
        let descriptor = FirmwareDescriptor(
            of: image,
            contents: contents,
            path: "/f",
            template: (path: "/v", store: nil),
        )
        #expect(descriptor?.features == ["acpi-s3", "amd-sev", "amd-sev-es"])
    }

    @Test func `a build that hangs with S3 does not claim it`() throws {
        let made = SyntheticImage(sevSections: SyntheticImage.sevSections.filter { $0.2 != 4 })
        let packed = try KnownImage.contents(MadeImage.codeSecureBoot.rawValue)
        var contents = FirmwareContents(unpacked: packed.span)
        func features(_ isOld: Bool?) -> [String]? {
            contents.features.isFromBeforeSuspendFix = isOld
            return FirmwareDescriptor(
                of: FirmwareImage(made.build().span),
                contents: contents,
                path: "/f",
                template: (path: "/v", store: nil),
            )?.features
        }
        #expect(features(true) == ["amd-sev", "requires-smm", "secure-boot"])
        #expect(features(nil) == ["amd-sev", "requires-smm", "secure-boot"])
        #expect(features(false) == ["acpi-s3", "amd-sev", "requires-smm", "secure-boot"])
    }

    @Test func `code without a template has no descriptor`() {
        let code = FirmwareImage(SyntheticImage().build().span)
        #expect(FirmwareDescriptor(of: code, contents: nil, path: "/x.fd") == nil)
    }

    @Test(
        arguments: [
            ("/usr/share/OVMF/OVMF_CODE_4M.fd", ["/usr/share/OVMF/OVMF_VARS_4M.fd"]),
            ("OVMF_CODE.secboot.fd", ["OVMF_VARS.secboot.fd", "OVMF_VARS.fd"]),
            ("/CODE.d/CODE", ["/CODE.d/VARS"]), ("/CODE/OVMF.fd", []), ("", []), ("/", []),
            ("/a/CODE...", ["/a/VARS...", "/a/VARS."]),
        ] as [(String, [String])]
    )
    func `a template lies beside its code image`(path: String, candidates: [String]) {
        #expect(FirmwareDescriptor.templateCandidates(for: path) == candidates)
    }

    private static let launches: [(GuestKind, String?, String?)] = [
        (.sevES, nil, "FW-E13"), (.normal, "pc-i440fx-9.2", "FW-W03"), (.normal, "q35", nil),
    ]

    @Test(arguments: launches)
    func `a launch sees of itself that a build requires SMM`(
        guest: GuestKind,
        machineType: String?,
        code: String?,
    ) throws {
        #expect(try firstCode(MadeImage.codeSecureBoot.bytes(), guest, machineType) == code)
        #expect(try firstCode(MadeImage.code.bytes(), guest, machineType) != "FW-E13")
    }

    @Test(.enabled(if: FirmwareCorpus.isThere, "\(FirmwareCorpus.absence)"), arguments: launches)
    func `a launch sees of itself that a real build requires SMM`(
        guest: GuestKind,
        machineType: String?,
        code: String?,
    ) throws {
        let bytes = try FirmwareCorpus.image("trixie-code-4m-secboot.fd")
        #expect(firstCode(bytes, guest, machineType) == code)
    }

    private func firstCode(_ bytes: [UInt8], _ guest: GuestKind, _ machineType: String?) -> String?
    {
        let context = JudgementContext(
            guest: guest,
            attachment: .flash,
            store: .init(byteCount: 540_672),
            machineType: machineType
        )
        return judge(bytes.span, in: context).first?.code
    }
}
