import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct DescriptorDocumentTests {
    private static func split() throws -> DescriptorDocument {
        let code = FirmwareImage(SyntheticImage().build().span)
        let store = try #require(FirmwareImage(SyntheticImage.store().span).variableStore)
        let descriptor = try #require(
            FirmwareDescriptor(
                of: code,
                contents: nil,
                path: "/srv/a \"b\"\u{1}.fd",
                template: (path: "/srv/vars.fd", store: store),
            )
        )
        return DescriptorDocument(descriptor)
    }

    @Test func `a descriptor is the file that QEMU's schema describes`() throws {
        #expect(
            try jsonText(Self.split()) == #"""
                {
                  "description" : "UEFI firmware",
                  "features" : [

                  ],
                  "interface-types" : [
                    "uefi"
                  ],
                  "mapping" : {
                    "device" : "flash",
                    "executable" : {
                      "filename" : "/srv/a \"b\"\u0001.fd",
                      "format" : "raw"
                    },
                    "mode" : "split",
                    "nvram-template" : {
                      "filename" : "/srv/vars.fd",
                      "format" : "raw"
                    }
                  },
                  "tags" : [

                  ],
                  "targets" : [
                    {
                      "architecture" : "x86_64",
                      "machines" : [
                        "pc-i440fx-*",
                        "pc-q35-*"
                      ]
                    }
                  ]
                }
                """#
        )
    }

    @Test func `every key of code in flash says what it is to say`() throws {
        try expect(
            Self.split(),
            says: [
                "description": "UEFI firmware", "features": "[]", "interface-types[0]": "uefi",
                "mapping.device": "flash", "mapping.mode": "split",
                "mapping.executable.filename": "/srv/a \"b\"\u{1}.fd",
                "mapping.executable.format": "raw",
                "mapping.nvram-template.filename": "/srv/vars.fd",
                "mapping.nvram-template.format": "raw", "tags": "[]",
                "targets[0].architecture": "x86_64",
                "targets[0].machines[0]": "pc-i440fx-*", "targets[0].machines[1]": "pc-q35-*",
            ],
        )
    }

    @Test func `every key of an image in memory says what it is to say`() throws {
        let image = SyntheticImage(storeByteCount: 0x2_0000).build()
        let report = InspectReport(image, path: "/srv/b.fd")
        let descriptor = try #require(report.descriptor(template: nil))
        try expect(
            DescriptorDocument(descriptor),
            says: [
                "description": "UEFI firmware", "features": "[]", "interface-types[0]": "uefi",
                "mapping.device": "memory", "mapping.filename": "/srv/b.fd", "tags": "[]",
                "targets[0].architecture": "x86_64",
                "targets[0].machines[0]": "pc-i440fx-*", "targets[0].machines[1]": "pc-q35-*",
            ],
        )
    }
}
