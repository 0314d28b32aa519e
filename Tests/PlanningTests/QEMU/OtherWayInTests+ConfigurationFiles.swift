import Planning
import Testing

/// What QEMU reads besides its command line.
extension OtherWayInTests {
    private func context(_ configuration: String) -> AuditContext {
        let file = QEMUConfigurationFile(Array(configuration.utf8), path: "/etc/qemu/qemu.conf")
        return AuditContext(configurationFiles: [file])
    }

    @Test(arguments: [
        "[machine]\n firmware = \"/b\"", "[machine]\n pflash0 = \"n\"",
        "[machine]\n igvm_cfg = \"i\"", "[machine]\n confidential_guest_support = \"c\"",
        "[machine]\n memory-encryption = \"c\"", "[machine]\n type = \"microvm\"",
        "[drive]\n if = \"pflash\"", "[drive \"code\"]\n file = \"/b\"",
        "[global]\n driver = \"cfi.pflash01\"", "[global]\n driver = \"loader\"",
        "[device]\n driver = \"loader\"", "[object \"i\"]\n qom-type = \"igvm-cfg\"",
        "[object \"q\"]\n qom-type = \"qtest\"", "[add-fd]\n fd = \"9\"",
    ])
    func `a configuration file that decides the firmware is refused`(text: String) throws {
        let setting = try #require(context(text).configurationFiles.first?.settings.first)
        #expect(
            refusal(Self.flash, context: context(text))
                == .otherWayIn(
                    .configurationFile(
                        path: "/etc/qemu/qemu.conf",
                        line: 2,
                        setting: setting.text
                    )
                )
        )
    }

    @Test(arguments: [
        "[machine]\n type = \"q35\"\n usb = \"on\"", "[drive \"d\"]\n if = \"none\"",
        "[device \"e\"]\n driver = \"e1000\"", "# [machine]\n# firmware = \"/b\"",
    ])
    func `a configuration file about other things is fine`(text: String) {
        #expect(refusal(Self.flash, context: context(text)) == nil)
    }

    @Test func `a configuration that can be read only once is refused`() {
        #expect(
            refusal(
                Self.flash + " -readconfig /dev/fd/5",
                context: AuditContext(unrepeatableFiles: ["/dev/fd/5"])
            ) == .otherWayIn(.unrepeatableFile(option: "'-readconfig /dev/fd/5'"))
        )
    }

    /// It stands in no argument, so a list of arguments that are not to be trusted passed it by.
    @Test func `QEMU's own configuration is refused where it cannot be judged`() {
        let file: ByteString = "/etc/qemu/qemu.conf"
        var context = AuditContext(unrepeatableFiles: [file])
        context.defaultFile = file
        #expect(
            refusal(Self.flash, context: context)
                == .otherWayIn(.unrepeatableFile(option: "'/etc/qemu/qemu.conf'"))
        )
        context.unrepeatableFiles = []
        context.untrustedFiles = [file]
        #expect(
            refusal(Self.flash, context: context)
                == .otherWayIn(.fileOfOthers(option: "'/etc/qemu/qemu.conf'"))
        )
        context.untrustedFiles = []
        context.uncheckedFiles = [file: "Input/output error"]
        #expect(
            refusal(Self.flash, context: context)
                == .otherWayIn(
                    .uncheckedFile(option: "'/etc/qemu/qemu.conf'", why: "Input/output error")
                )
        )
        context.defaultFile = nil
        #expect(refusal(Self.flash, context: context) == nil)
    }
}
