import Foundation
import Planning
import SystemPackage
import TestSupport
import Testing

/// `launcherctl firmware add --signature`, and files that are packed, by the programs of this host.
@Suite(.launching, .needsProducts, .needsFirmware)
struct SignedImportTests {
    private static let volume: ByteString = "test:efi-firmware/b.fd"

    private static func has(_ program: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
    }

    /// A host, and a folder for downloads beside its storage.
    private struct Scene {
        let host: StagedHost

        init(sections: String = "") throws {
            host = try StagedHost()
            try host.configure(sections: sections)
        }

        func file(_ name: String) -> String { "\(host.path)/\(name)" }

        @discardableResult
        func put(_ content: some DataProtocol, _ name: String) throws -> String {
            try write(Data(content), to: file(name), mode: 0o644)
            return file(name)
        }

        @discardableResult
        func put(_ text: String, _ name: String) throws -> String { try put(Data(text.utf8), name) }

        func image() throws -> Data { try read(host.image) }

        /// What was added under the new name; `nil` if nothing was.
        func added() throws -> Data? {
            let path = "\(host.images)/b.fd"
            return FileManager.default.fileExists(atPath: path) ? try read(path) : nil
        }

        func configuration() throws -> String {
            String(decoding: try read(host.configuration), as: UTF8.self)
        }

        func firmware(_ command: ByteString, _ words: [String]) async throws -> Outcome {
            try await run(
                Child.Request(
                    program: Products.launcherctl,
                    arguments: ["launcherctl", "firmware", command]
                        + words.map { ByteString($0) } + [
                            "--config", ByteString(host.configuration),
                        ],
                )
            )
        }

        func add(_ file: String, _ words: String...) async throws -> Outcome {
            try await firmware("add", words + [file, "\(SignedImportTests.volume)"])
        }

        /// A file by a program that writes to its standard output.
        func make(_ name: String, _ command: String) throws -> String {
            let path = file(name)
            let made = try Products.run("/bin/sh", ["-c", "\(command) >'\(path)'"])
            #expect(made.status == 0, "\(made.errors)")
            return path
        }

        /// What nobody signed is not there, and nothing is pinned.
        func expectNothing(
            _ outcome: Outcome,
            _ status: Int32,
            _ words: String,
            at place: SourceLocation = #_sourceLocation,
        ) throws {
            #expect(outcome.end == .status(status), "\(outcome.errors)", sourceLocation: place)
            #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: place)
            #expect(outcome.complaints.filter { $0.contains("error:") }.count == 1)
            #expect(!outcome.output.contains("signed by"), sourceLocation: place)
            #expect(try added() == nil, sourceLocation: place)
            #expect(try !configuration().contains("\(SignedImportTests.volume)"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: host.images) == ["a.fd"])
        }
    }

    @Test func `an image that the vendor signed is added, and its pin names the key`() async throws
    {
        let scene = try Scene()
        let vendor = MadeVendor()
        let image = try scene.image()
        let file = try scene.put(image, "b.fd")
        let signature = try scene.put(vendor.signature(of: image), "b.fd.minisig")
        let key = try scene.put(vendor.key, "key.pub")
        let outcome = try await scene.add(file, "--pin", "--signature", signature, "--key", key)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("signed by key 0807060504030201: the file\n"))
        #expect(outcome.output.contains("comment 'of a test'\n"))
        #expect(try scene.added() == image)
        #expect(try scene.configuration().contains("\tsigned-by key:0807060504030201\n"))
    }

    @Test func `a signature of another file, by another key, or with another comment adds nothing`()
        async throws
    {
        let scene = try Scene()
        let vendor = MadeVendor()
        let image = try scene.image()
        let file = try scene.put(image, "b.fd")
        let key = try scene.put(vendor.key, "key.pub")
        let good = try vendor.signature(of: image)
        let other = MadeVendor(id: [1, 1, 1, 1, 1, 1, 1, 1])
        for (signature, words) in [
            (try vendor.signature(of: image.dropLast()), "not a signature of this file"),
            (try MadeVendor().signature(of: image), "not a signature of this file"),
            (
                try other.signature(of: image),
                "(expected 0807060504030201, found 0101010101010101)"
            ),
            (
                good.replacing("\ntrusted comment: of a", with: "\ntrusted comment: b"),
                "was changed"
            ),
            (SignedMessage.OpenPGP.signature, "of different kinds"),
            ("", "not a detached signature"),
        ] {
            let path = try scene.put(signature, "b.fd.minisig")
            let outcome = try await scene.add(file, "--pin", "--signature", path, "--key", key)
            try scene.expectNothing(outcome, 65, words)
        }
    }

    @Test func `one of the vendors of launcher.conf has signed it, or it is not added`()
        async throws
    {
        let scene = try Scene()
        let (acme, other) = (MadeVendor(), MadeVendor(id: [9, 9, 9, 9, 9, 9, 9, 9]))
        let image = try scene.image()
        let file = try scene.put(image, "b.fd")
        let signature = try scene.put(acme.signature(of: image), "b.sig")
        let keys = [
            try scene.put(acme.key, "acme.pub"), try scene.put(other.key, "other.pub"),
            try scene.put(SignedMessage.OpenPGP.key, "pgp.asc"),
        ]
        let two = "vendor: other\n\tkey \(keys[1])\n\tkey \(keys[2])\n\n"
        let one = "vendor: acme\n\tkey \(keys[0])\n\tcomment x\n\n"

        try scene.expectNothing(
            try await scene.add(file, "--signature", signature),
            64,
            "no vendor"
        )
        try scene.host.configure(sections: two)
        try scene.expectNothing(
            try await scene.add(file, "--pin", "--signature", signature),
            65,
            "made by no key of launcher.conf (vendors: other)"
        )
        try scene.host.configure(sections: two + one)
        try scene.expectNothing(
            try await scene.add(file, "--signature", signature, "--vendor", "other"),
            65,
            "made by no key"
        )
        try scene.expectNothing(
            try await scene.add(file, "--signature", signature, "--vendor", "nobody"),
            64,
            "vendor 'nobody'"
        )
        try scene.expectNothing(
            try await scene.add(
                file,
                "--signature",
                scene.put(acme.signature(of: image.dropLast()), "c.sig")
            ),
            65,
            "not a signature of this file"
        )
        try scene.host.configure(sections: two + one + one.replacing("acme\n", with: "twice\n"))
        try scene.expectNothing(
            try await scene.add(file, "--signature", signature),
            78,
            "several vendors have the key that made it: acme, twice"
        )
        // A key file that others may write says nothing.
        try scene.host.configure(sections: two + one)
        try change(keys[0], mode: 0o666)
        try scene.expectNothing(try await scene.add(file, "--signature", signature), 77, keys[0])
        try change(keys[0], mode: 0o644)

        let outcome = try await scene.add(file, "--pin", "--signature", signature)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("signed by vendor acme, key 0807060504030201: the file\n"))
        #expect(try scene.configuration().contains("\tsigned-by acme\n"))
        // The vendor may go; its name stays, and nothing needs it.
        let section = try scene.configuration()
        try scene.host.writeConfiguration(Data(section.replacing(one, with: "").utf8))
        let launch = try await run(scene.host.launcher(["-efi-firmware", Self.volume]))
        #expect(launch.end == .status(0), "\(launch.errors)")
        let list = try await scene.firmware("list", [])
        #expect(list.output.contains("\(Self.volume): signed by acme\n"))
        // Another pin is about another image.
        let edited = try scene.configuration().replacing(
            try scene.host.digest(),
            with: String(repeating: "0", count: 64)
        )
        try scene.host.writeConfiguration(Data(edited.utf8))
        let pinned = try await scene.firmware("pin", ["--replace", "\(Self.volume)"])
        #expect(pinned.end == .status(0), "\(pinned.errors)")
        #expect(try !scene.configuration().contains("signed-by"))
    }

    @Test func `a pin that is there already learns who signed the image`() async throws {
        let scene = try Scene()
        let vendor = MadeVendor()
        let image = try scene.image()
        let file = try scene.put(image, "b.fd")
        #expect(try await scene.add(file, "--pin").end == .status(0))
        #expect(try !scene.configuration().contains("signed-by"))
        let outcome = try await scene.add(
            file,
            "--pin",
            "--signature",
            scene.put(vendor.signature(of: image, comment: nil), "b.sig"),
            "--key",
            scene.put(vendor.key, "key.pub")
        )
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(try scene.configuration().contains("\tsigned-by key:0807060504030201\n"))
    }

    @Test(
        arguments: [
            ([], 65), (["--vendor", "a"], 64), (["--key", "a"], 64),
            (["--signature", "a", "--key", "b", "--vendor", "c"], 64),
            (["--signature", "/nonexistent"], 78),
        ] as [([String], Int32)]
    )
    func `options that do not belong together are refused`(
        words: [String],
        status: Int32,
    ) async throws {
        let scene = try Scene()
        let file = try scene.put("not firmware", "b.fd")
        let outcome = try await scene.firmware("add", words + [file, "\(Self.volume)"])
        #expect(outcome.end == .status(status), "\(outcome.errors)")
        #expect(try scene.added() == nil)
    }
}

extension SignedImportTests {
    private static let packings: [(program: String, suffix: String, command: String)] = [
        ("xz", ".xz", "xz -0 -c"), ("gzip", ".gz", "gzip -1 -c"), ("zstd", ".zst", "zstd -q -1 -c"),
    ].filter { has($0.0) }

    @Test(arguments: packings)
    func `a packed file is unpacked, and a bomb or a part of one is refused`(
        program: String,
        suffix: String,
        command: String,
    ) async throws {
        let scene = try Scene()
        let image = try scene.image()
        let packed = try scene.make("b.fd\(suffix)", "\(command) <'\(scene.host.image)'")

        let whole = try read(packed)
        for count in [whole.count - 1, whole.count / 2, 20] {
            let part = try scene.put(whole.prefix(count), "part\(suffix)")
            let outcome = try await scene.add(part, "--pin")
            try scene.expectNothing(outcome, 65, "cannot be unpacked")
        }
        let bomb = try scene.make("bomb\(suffix)", "head -c 67108865 /dev/zero | \(command)")
        try scene.expectNothing(
            try await scene.add(bomb, "--force"),
            65,
            "too large (expected at most 67108864 bytes in it)"
        )

        // The image that came out is pinned, whichever checksum the operator had.
        let sum = try scene.host.digest(packed)
        let outcome = try await scene.add(packed, "--pin", "--sha256", sum)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output.contains("unpacked \(image.count) bytes from "))
        #expect(try scene.added() == image)
        #expect(try scene.configuration().contains("\tsha256 \(scene.host.digest())\n"))
        #expect(try !scene.configuration().contains(sum))
        let own = try await scene.add(packed, "--sha256", scene.host.digest())
        #expect(own.end == .status(0), "\(own.errors)")
        let wrong = try await scene.add(packed, "--sha256", String(repeating: "0", count: 64))
        #expect(wrong.end == .status(65))
    }

    @Test(.enabled(if: has("xz")))
    func `the vendor signed the packed file, or what is in it`() async throws {
        let scene = try Scene()
        let vendor = MadeVendor()
        let key = try scene.put(vendor.key, "key.pub")
        let packed = try scene.make("b.fd.xz", "xz -0 -c <'\(scene.host.image)'")
        let part = try scene.put(try read(packed).dropLast(), "part.xz")
        for (message, words) in [
            (try read(packed), "the file as it was downloaded"),
            (try scene.image(), "the image, and not the file that it was packed in"),
        ] {
            let signature = try scene.put(vendor.signature(of: message), "b.sig")
            // Not what was signed: its signature is what is wrong with it.
            try scene.expectNothing(
                try await scene.add(part, "--signature", signature, "--key", key),
                65,
                "not a signature of this file"
            )
            let outcome = try await scene.add(packed, "--signature", signature, "--key", key)
            #expect(outcome.end == .status(0), "\(outcome.errors)")
            #expect(outcome.output.contains("signed by key 0807060504030201: \(words)\n"))
            try remove("\(scene.host.images)/b.fd")
        }
        let other = try scene.put(vendor.signature(of: "else".utf8.map { $0 }), "b.sig")
        try scene.expectNothing(
            try await scene.add(packed, "--signature", other, "--key", key),
            65,
            "not a signature of this file"
        )
    }

    @Test(.enabled(if: has("qemu-img")))
    func `a qcow2 image is unpacked, and one that refers to a file is not opened`() async throws {
        let scene = try Scene()
        let packed = scene.file("b.qcow2")
        func make(_ words: String...) throws {
            let made = try Products.run("/usr/bin/qemu-img", words)
            #expect(made.status == 0, "\(made.errors)")
        }
        let secret = scene.file("secret.raw")
        try scene.put(try scene.image(), "secret.raw")
        let refused = scene.file("refused.qcow2")
        try make("create", "-f", "qcow2", "-b", secret, "-F", "raw", refused)
        try scene.expectNothing(try await scene.add(refused), 65, "qcow2: it has a backing file")
        try remove(refused)
        let outside = scene.file("outside.raw")
        try make("create", "-f", "qcow2", "-o", "data_file=\(outside)", refused, "4M")
        try scene.expectNothing(try await scene.add(refused), 65, "its data is in another file")
        try remove(refused)
        try make("create", "-f", "qcow2", refused, "65M")
        try scene.expectNothing(try await scene.add(refused), 65, "wrong size of its disk")

        try make("convert", "-c", "-f", "raw", "-O", "qcow2", scene.host.image, packed)
        let part = try scene.put(try read(packed).prefix(70_000), "part.qcow2")
        try scene.expectNothing(try await scene.add(part), 65, "qcow2: cannot be unpacked")
        let outcome = try await scene.add(packed, "--pin")
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(try scene.added() == scene.image())
    }
}

extension SignedImportTests {
    @Test(
        arguments: [
            (
                SignedMessage.Minisign.prehashed, SignedMessage.Minisign.key,
                SignedMessage.Minisign.keyID
            ),
            (
                SignedMessage.Minisign.legacy, SignedMessage.Minisign.key,
                SignedMessage.Minisign.keyID
            ),
            (
                SignedMessage.Signify.signature, SignedMessage.Signify.key,
                SignedMessage.Signify.keyID
            ),
        ]
            + (has("gpgv") || has("sqv")
                ? [
                    (
                        SignedMessage.OpenPGP.signature, SignedMessage.OpenPGP.key,
                        SignedMessage.OpenPGP.fingerprint
                    )
                ] : [])
    )
    func `what real programs signed is added`(
        signature: String,
        key: String,
        id: String,
    ) async throws {
        let scene = try Scene()
        let paths = [try scene.put(signature, "m.sig"), try scene.put(key, "m.pub")]
        let options = ["--force", "--pin", "--signature", paths[0], "--key", paths[1]]
        let other = try scene.put(SignedMessage.bytes + [0], "other")
        let refused = try await scene.firmware("add", options + [other, "\(Self.volume)"])
        try scene.expectNothing(
            refused,
            65,
            // sqv gives no reason that a program could read.
            id.utf8.count == 16 || Self.has("gpgv")
                ? "not a signature of this file" : "does not accept the signature"
        )
        let file = try scene.put(SignedMessage.bytes, "m")
        let outcome = try await scene.firmware("add", options + [file, "\(Self.volume)"])
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("signed by key \(id): the file\n"))
        #expect(try scene.added() == Data(SignedMessage.bytes))
        #expect(try scene.configuration().contains("\tsigned-by key:\(id)\n"))
    }

    @Test func `an update verifies the signature, too`() async throws {
        let scene = try Scene()
        let vendor = MadeVendor()
        let image = try scene.image()
        let key = try scene.put(vendor.key, "key.pub")
        let file = try scene.put(image, "b.fd")
        let wrong = try scene.put(vendor.signature(of: image.dropLast()), "wrong")
        let right = try scene.put(vendor.signature(of: image), "right")
        func update(_ signature: String) async throws -> Outcome {
            let words = ["--signature", signature, "--key", key, StagedHost.volume, file]
            return try await scene.firmware("update", words)
        }
        try scene.expectNothing(try await update(wrong), 65, "not a signature of this file")
        let outcome = try await update(right)
        #expect(outcome.end == .status(0), "\(outcome.errors)")
        let section = try scene.configuration().split(separator: "firmware: \(Self.volume)\n").last
        #expect(section?.contains("\tsigned-by key:0807060504030201\n") ?? false)
    }

    /// Then the kernel keeps no status of programs, unless one asks it to.
    @Test(.enabled(if: has("xz"), "no xz"))
    func `a caller that ignores ended programs hides no damage`()
        async throws
    {
        let scene = try Scene()
        let packed = try scene.make("image.xz", "xz -0 -c <'\(scene.host.image)'")
        var bytes = try read(packed)
        bytes.replaceSubrange(bytes.count - 20..<bytes.count, with: Data(count: 20))
        let damaged = try scene.put(bytes, "damaged.xz")
        let ignoring = #"$SIG{CHLD} = "IGNORE"; exec @ARGV"#
        let words = ["perl", "-e", ignoring, Products.launcherctl, "firmware", "add", damaged]
        let outcome = try await run(
            Child.Request(
                program: "/usr/bin/perl",
                arguments: words.map { ByteString($0) } + [
                    ByteString("\(Self.volume)"), "--config", ByteString(scene.host.configuration),
                ],
            )
        )
        try scene.expectNothing(outcome, 65, "xz: cannot be unpacked: damaged")
    }

    @Test(arguments: ["a\n\nvendor: q\n\tkey /etc/key", "a\rb", " ", ""])
    func `a comment that is more than a line of text adds nothing`(comment: String) async throws {
        let scene = try Scene()
        let outcome = try await scene.add(scene.host.image, "--pin", "--comment", comment)
        try scene.expectNothing(outcome, 64, "a comment is one line of text")
    }
}
