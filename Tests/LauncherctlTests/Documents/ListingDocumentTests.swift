import Host
import TestSupport
import Testing

@testable import Planning
@testable import launcherctl

/// The documents of `check`, `firmware list`, `divert status` and `measure`.
struct ListingDocumentTests {
    static let digest = Digest(.sha256, bytes: filler(32, of: 0xAB))

    static let check = CheckDocument(
        [
            CheckResult("vm", "100", .failure, "does not start", hint: "start it"),
            CheckResult("storage", "local", .ok, "/var/lib/vz"),
            CheckResult("node", "a", .warning, "has no launcher"),
        ],
        .failure
    )

    @Test func `check says what it found`() throws {
        try expect(
            Self.check,
            says: [
                "version": Version.current, "state": "failure",
                "findings[0].area": "vm", "findings[0].subject": "100",
                "findings[0].state": "failure", "findings[0].message": "does not start",
                "findings[0].hint": "start it",
                "findings[1].area": "storage", "findings[1].subject": "local",
                "findings[1].state": "ok", "findings[1].message": "/var/lib/vz",
                "findings[2].area": "node", "findings[2].subject": "a",
                "findings[2].state": "warning", "findings[2].message": "has no launcher",
            ],
        )
    }

    static func listing() throws -> [FirmwareDocument] {
        let facts = SealedFacts(byteCount: 7, digests: [digest], proofs: [.mode, .immutable])
        let volume = try FirmwareVolumeID(parsing: "local:efi-firmware/a.fd")
        let pin = ImageRequest.Pin(digest: digest, origin: "launcher.conf line 4")
        func entry(
            _ trial: TrialVerification,
            _ look: FirmwareListing.Look? = nil,
        ) -> FirmwareListing.Entry {
            FirmwareListing.Entry(
                volume: volume,
                pins: [pin],
                tag: Tag("NSV-7"),
                signer: .vendor("acme"),
                trial: trial,
                look: look,
                users: [.guest(vmid: 100, node: "a", .now)],
            )
        }
        return [
            entry(.verified(facts), .init(byteCount: 7, kind: .variableStore)),
            entry(.notPinned(digest)), entry(.unreachable("no such storage")),
        ].map(FirmwareDocument.init)
    }

    @Test func `firmware list says what each image is`() throws {
        let rows = (0..<3).flatMap { index in
            [
                "volume": "local:efi-firmware/a.fd", "pinnedBy[0]": "launcher.conf line 4",
                "usedBy[0]": "vm 100 on a", "tag": "nsv-7", "signedBy": "acme",
            ].map { ("[\(index)].\($0)", $1) }
        }
        let each = [
            "[0].state": "verified", "[0].byteCount": "7", "[0].kind": "variable-store",
            "[0].digests[0]": Self.digest.description, "[0].readOnly[0]": "mode",
            "[0].readOnly[1]": "immutable",
            "[1].state": "not-pinned", "[1].digests[0]": Self.digest.description,
            "[1].readOnly": "[]",
            "[2].state": "refused", "[2].reason": "no such storage", "[2].digests": "[]",
            "[2].readOnly": "[]",
        ]
        try expect(
            Self.listing(),
            says: Dictionary(uniqueKeysWithValues: rows).merging(each) { $1 },
        )
    }

    @Test func `divert status says which state it is`() throws {
        try expect(
            DiversionDocument(path: "/usr/bin/kvm", state: "disabled", remark: ""),
            says: ["path": "/usr/bin/kvm", "state": "disabled", "remark": ""],
        )
    }

    static let measure = MeasureDocument(
        [
            ExpectedDigest(variant: .singlePass, digest: digest),
            ExpectedDigest(variant: nil, digest: digest),
        ],
        expected: "aa",
        matches: false,
    )

    @Test func `measure says the digests, and whether one is expected`() throws {
        let hex = String(repeating: "ab", count: 32)
        let base64 = String(repeating: "q6ur", count: 10) + "q6s="
        try expect(
            Self.measure,
            says: [
                "digests[0].variant": "single-pass",
                "digests[0].condition": "Linux 6.16 or newer, QEMU 10.1 or newer",
                "digests[0].algorithm": "sha256", "digests[0].hex": hex,
                "digests[0].base64": base64,
                "digests[1].algorithm": "sha256", "digests[1].hex": hex,
                "digests[1].base64": base64, "expected": "aa", "matches": "false",
            ],
        )
    }
}
