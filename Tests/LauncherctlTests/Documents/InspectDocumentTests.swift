import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

struct InspectDocumentTests {
    static let full = InspectDocument(
        image: "a.fd",
        kind: "combined",
        architecture: "x86",
        byteCount: 9,
        digest: "sha256:ab",
        volumes: [.init(role: "main", offset: 1, byteCount: 2)],
        variableStore: .init(byteCount: 3, variables: 4, enrolledKeys: ["PK"]),
        sevResetAddress: 5,
        sevMetadata: [.init(type: "CPUID", address: 6, byteCount: 7, isMeasured: true)],
        tdxMetadata: [.init(type: "BFV", address: 8, byteCount: 9, isMeasured: false)],
        build: .init(
            vendor: "EDK II",
            version: "2025.02",
            releaseDate: "11/08/2025",
            requiresSMM: true,
            hasSEV: false,
            hasTDX: true,
            hasLaunchSecret: false,
            supportsSecureBoot: true,
            bits: 64,
        ),
        guests: [
            .init(
                guest: "tdx",
                fits: false,
                attachment: "bios",
                findings: [.init(code: "FW-E01", severity: "refuse", message: "m", hint: "h")],
            )
        ],
    )

    @Test func `every key is there, and says what it is to say`() throws {
        try expect(
            Self.full,
            says: [
                "image": "a.fd", "kind": "combined", "architecture": "x86", "byteCount": "9",
                "digest": "sha256:ab", "volumes[0].role": "main", "volumes[0].offset": "1",
                "volumes[0].byteCount": "2", "variableStore.byteCount": "3",
                "variableStore.variables": "4", "variableStore.enrolledKeys[0]": "PK",
                "sevResetAddress": "5", "sevMetadata[0].type": "CPUID",
                "sevMetadata[0].address": "6", "sevMetadata[0].byteCount": "7",
                "sevMetadata[0].isMeasured": "true", "tdxMetadata[0].type": "BFV",
                "tdxMetadata[0].address": "8", "tdxMetadata[0].byteCount": "9",
                "tdxMetadata[0].isMeasured": "false", "build.vendor": "EDK II",
                "build.version": "2025.02", "build.releaseDate": "11/08/2025",
                "build.requiresSMM": "true", "build.hasSEV": "false", "build.hasTDX": "true",
                "build.hasLaunchSecret": "false", "build.supportsSecureBoot": "true",
                "build.bits": "64",
                "guests[0].guest": "tdx", "guests[0].fits": "false",
                "guests[0].attachment": "bios", "guests[0].findings[0].code": "FW-E01",
                "guests[0].findings[0].severity": "refuse",
                "guests[0].findings[0].message": "m", "guests[0].findings[0].hint": "h",
            ],
        )
    }

    @Test func `each fact of an image is under its key`() throws {
        let bytes = SyntheticImage(storeByteCount: 0x2_0000).build()
        let report = InspectReport(bytes, path: "image.fd")
        let found = try values(of: report.document)
        let rows = [
            "image": "image.fd", "kind": "combined", "architecture": "x86",
            "byteCount": "\(bytes.count)", "digest": report.digest.description,
            "volumes[0].role": "variables", "volumes[0].offset": "0",
            "volumes[0].byteCount": "131072", "volumes[1].role": "main",
            "volumes[1].offset": "131072", "volumes[1].byteCount": "32768",
            "volumes[2].role": "first phase", "volumes[2].byteCount": "12288",
            "variableStore.variables": "0", "variableStore.enrolledKeys": "[]",
            "sevResetAddress": "8433668", "sevMetadata[0].address": "8388608",
            "sevMetadata[0].byteCount": "36864", "sevMetadata[0].isMeasured": "true",
            "guests[0].guest": "normal", "guests[0].attachment": "pflash",
        ]
        for (key, value) in rows { #expect(found[key] == value, "\(key)") }
    }
}
