/// Environment variables through which a caller could make QEMU load other code. They are taken
/// out when a VM with custom firmware is started by root: the firmware is verified, so what maps
/// it has to be what was installed.
package enum LoaderVariables {
    package struct Row: Sendable {
        package let name: ByteString
        package let matchesPrefix: Bool
        package let reason: String

        fileprivate init(_ name: ByteString, prefix: Bool = false, because reason: String) {
            self.name = name
            matchesPrefix = prefix
            self.reason = reason
        }
    }

    package static let table: [Row] = [
        .init("GBM_BACKENDS_PATH", because: "Mesa loads buffer drivers from it"),
        .init("GCONV_PATH", because: "glibc loads character set converters from it"),
        .init("GIO_EXTRA_MODULES", because: "GLib loads modules from it"),
        .init("GIO_MODULE_DIR", because: "GLib loads modules from it"),
        .init("GLIBC_TUNABLES", because: "changes the loader's and the allocator's checks"),
        .init("GTK_MODULES", because: "GTK loads these modules"),
        .init("GTK_PATH", because: "GTK loads modules from it"),
        .init("LD_", prefix: true, because: "the dynamic loader preloads and searches by them"),
        .init("LIBGL_DRIVERS_PATH", because: "Mesa loads drivers from it"),
        .init("LOCPATH", because: "glibc reads locale data from it"),
        .init("OPENSSL_CONF", because: "OpenSSL loads the modules it names"),
        .init("OPENSSL_ENGINES", because: "OpenSSL loads engines from it"),
        .init("OPENSSL_MODULES", because: "OpenSSL loads providers from it"),
        .init("PIPEWIRE_MODULE_DIR", because: "PipeWire loads modules from it"),
        .init("QEMU_CPR_EXEC_STATE", because: "QEMU takes memory over from the named descriptors"),
        .init("QEMU_MODULE_DIR", because: "QEMU loads its modules from it first"),
        .init("SASL_PATH", because: "libsasl loads plugins from it"),
        .init("SPA_PLUGIN_DIR", because: "PipeWire loads plugins from it"),
        .init("VK_DRIVER_FILES", because: "the Vulkan loader loads drivers from it"),
        .init("VK_ICD_FILENAMES", because: "the Vulkan loader loads drivers from it"),
    ]

    /// Splits an environment into what QEMU gets and the names that were taken out.
    package static func removed(
        from environment: [ByteString]
    ) -> (kept: [ByteString], removed: [ByteString]) {
        var kept: [ByteString] = []
        var removed: [ByteString] = []
        for variable in environment {
            let name = ByteString(variable.bytes.prefix { $0 != UInt8(ascii: "=") })
            if table.contains(where: { $0.matches(name) }) {
                removed.append(name)
            } else {
                kept.append(variable)
            }
        }
        return (kept, removed)
    }
}

extension LoaderVariables.Row {
    fileprivate func matches(_ variable: ByteString) -> Bool {
        matchesPrefix ? variable.bytes.starts(with: name.bytes) : variable == name
    }
}
