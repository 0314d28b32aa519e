/// What `-cpu MODEL,…`, `-global MODEL-x86_64-cpu.…` and `-device MODEL-x86_64-cpu,…` may set.
///
/// `memory` is why there is a list at all. It is the memory that a processor sees, a link to any
/// memory region by its path: with
/// `-object memory-backend-file,id=m,size=4G,… -cpu qemu64,memory=/objects/m/m[0]` the processor
/// of QEMU 7.2.22, 10.0.13 and 11.1.3 starts at 0xFFFFFFF0 of that file, under TCG, while the
/// machine's own memory (`pmemsave`, `xp`) still shows the pinned image.
package enum ProcessorProperty {
    /// - Parameter name: QEMU takes `_` for `-` in `-cpu` (`feat2prop` in target/i386/cpu.c); the
    ///   properties that `-global` may name with `_` are aliases of the same.
    package static func isHarmless(_ name: ByteString) -> Bool {
        MachineOptions.dashed(name).text.map(harmless.contains) ?? false
    }

    /// Features, what CPUID answers, and a processor's place among the others.
    ///
    /// Sources: QMP `device-list-properties` of every processor model of Debian's QEMU 7.2.22,
    /// 10.0.13 and 11.1.3: all but `memory` and four that can only be read (crash-information,
    /// feature-words, filtered-features, unavailable-features). Each was set, numbers to the
    /// largest that their type holds: the processor's view of flash held the image every time.
    private static let harmless: Set<String> = [
        "3dnow", "3dnowext", "3dnowprefetch", "abm", "ace2", "ace2-en", "acpi", "adx", "aes",
        "amd-no-ssb", "amd-psfd", "amd-ssbd", "amd-stibp", "amx-avx512", "amx-bf16",
        "amx-bf16-alias", "amx-complex", "amx-complex-alias", "amx-fp16", "amx-fp16-alias",
        "amx-fp8", "amx-int8", "amx-int8-alias", "amx-movrs", "amx-tf32", "amx-tile", "apic",
        "apic-id", "apx-nci-ndd-nf", "apxf", "arat", "arch-capabilities", "arch-lbr", "auto-ibrs",
        "avic", "avx", "avx-ifma", "avx-ne-convert", "avx-vnni", "avx-vnni-int16", "avx-vnni-int8",
        "avx10", "avx10-128", "avx10-256", "avx10-512", "avx10-version", "avx10-vnni-int", "avx2",
        "avx512-4fmaps", "avx512-4vnniw", "avx512-bf16", "avx512-fp16", "avx512-vp2intersect",
        "avx512-vpopcntdq", "avx512bitalg", "avx512bw", "avx512cd", "avx512dq", "avx512er",
        "avx512f", "avx512ifma", "avx512pf", "avx512vbmi", "avx512vbmi2", "avx512vl", "avx512vnni",
        "bhi-ctrl", "bhi-no", "bmi1", "bmi2", "bus-lock-detect", "cet-ibt", "cet-ss", "check",
        "cid", "cldemote", "clflush", "clflushopt", "clwb", "clzero", "cmov", "cmp-legacy",
        "cmpccxadd", "core-capability", "core-id", "cpuid-0xb", "cr8legacy", "cx16", "cx8", "dca",
        "ddpd-u", "de", "decodeassists", "die-id", "ds", "ds-cpl", "dtes64", "enforce", "eraps",
        "erms", "est", "extapic", "f16c", "family", "fb-clear", "fbsdp-no", "fdp-excptn-only",
        "ffxsr", "fill-mtrr-mask", "flush-l1d", "flushbyasid", "fma", "fma4", "fpu", "fred",
        "fs-gs-base-ns", "fsgsbase", "fsrc", "fsrm", "fsrs", "full-cpuid-auto-level",
        "full-width-write", "fxsr", "fxsr-opt", "fzrm", "gds-no", "gfni", "gmet", "guest-phys-bits",
        "hle", "host-cache-info", "host-phys-bits", "host-phys-bits-limit", "ht", "hv-apicv",
        "hv-avic", "hv-crash", "hv-emsr-bitmap", "hv-enforce-cpuid", "hv-evmcs", "hv-frequencies",
        "hv-ipi", "hv-no-nonarch-coresharing", "hv-passthrough", "hv-reenlightenment", "hv-relaxed",
        "hv-reset", "hv-runtime", "hv-spinlocks", "hv-stimer", "hv-stimer-direct", "hv-syndbg",
        "hv-synic", "hv-time", "hv-tlbflush", "hv-tlbflush-direct", "hv-tlbflush-ext", "hv-vapic",
        "hv-vendor-id", "hv-version-id-build", "hv-version-id-major", "hv-version-id-minor",
        "hv-version-id-sbranch", "hv-version-id-snumber", "hv-version-id-spack", "hv-vpindex",
        "hv-xmm-input", "hypervisor", "i64", "ia64", "ibpb", "ibpb-brtype", "ibrs", "ibrs-all",
        "ibs", "intel-psfd", "intel-pt", "intel-pt-lip", "invpcid", "invtsc", "ipred-ctrl",
        "its-no", "kvm", "kvm-asyncpf", "kvm-asyncpf-int", "kvm-asyncpf-vmexit",
        "kvm-hint-dedicated", "kvm-mmu", "kvm-msi-ext-dest-id", "kvm-no-smi-migration",
        "kvm-nopiodelay", "kvm-poll-control", "kvm-pv-enforce-cpuid", "kvm-pv-eoi", "kvm-pv-ipi",
        "kvm-pv-sched-yield", "kvm-pv-tlb-flush", "kvm-pv-unhalt", "kvm-steal-time", "kvmclock",
        "kvmclock-stable-bit", "l3-cache", "la57", "lahf-lm", "lam", "lbr-fmt", "lbrv",
        "legacy-cache", "legacy-multi-node", "level", "level-func7", "lfence-always-serializing",
        "lkgs", "lm", "lmce", "lwp", "mca", "mcdt-no", "mce", "md-clear", "mds-no", "migratable",
        "min-level", "min-xlevel", "min-xlevel2", "misalignsse", "mmx", "mmxext", "model",
        "model-id", "module-id", "monitor", "movbe", "movdir64b", "movdiri", "movrs", "mpx", "msr",
        "msr-imm", "mtrr", "no-nested-data-bp", "node-id", "nodeid-msr", "npt", "nrip-save",
        "null-sel-clr-base", "nx", "osvw", "overflow-recov", "pae", "pat", "pause-filter", "pbe",
        "pbrsb-no", "pcid", "pclmuldq", "pclmulqdq", "pcommit", "pdcm", "pdpe1gb", "perfctr-core",
        "perfctr-nb", "perfmon-v2", "pfthreshold", "pge", "phe", "phe-en", "phys-bits", "pks",
        "pku", "pmm", "pmm-en", "pmu", "pn", "pni", "popcnt", "prefetchi", "prefetchiti",
        "pschange-mc-no", "psdp-no", "pse", "pse36", "rdctl-no", "rdpid", "rdrand", "rdseed",
        "rdtscp", "rfds-clear", "rfds-no", "rrsba-ctrl", "rsba", "rtm", "sbdr-ssdp-no", "sbpb",
        "sep", "serialize", "sgx", "sgx-aex-notify", "sgx-debug", "sgx-edeccssa", "sgx-exinfo",
        "sgx-kss", "sgx-mode64", "sgx-provisionkey", "sgx-tokenkey", "sgx1", "sgx2", "sgxlc",
        "sha-ni", "sha512", "skinit", "skip-l1dfl-vmentry", "sm3", "sm4", "smap", "smep", "smx",
        "socket-id", "spec-ctrl", "split-lock-detect", "srso-no", "srso-user-kernel-no", "ss",
        "ssb-no", "ssbd", "sse", "sse2", "sse3", "sse4-1", "sse4-2", "sse4.1", "sse4.2", "sse4a",
        "ssse3", "start-powered-off", "stepping", "stibp", "stibp-always-on", "succor", "svm",
        "svm-lock", "svme-addr-chk", "syscall", "taa-no", "tbm", "tce", "tcg-cpuid", "thread-id",
        "tm", "tm2", "topoext", "tsa-l1-no", "tsa-sq-no", "tsc", "tsc-adjust", "tsc-deadline",
        "tsc-freq", "tsc-frequency", "tsc-scale", "tsx-ctrl", "tsx-ldtrk", "ucode-rev", "umip",
        "v-vmsave-vmload", "vaes", "vendor", "verw-clear", "vgif", "virt-ssbd", "vmcb-clean", "vme",
        "vmware-cpuid-freq", "vmx", "vmx-activity-hlt", "vmx-activity-shutdown",
        "vmx-activity-wait-sipi", "vmx-any-errcode", "vmx-apicv-register", "vmx-apicv-vid",
        "vmx-apicv-x2apic", "vmx-apicv-xapic", "vmx-cr3-load-noexit", "vmx-cr3-store-noexit",
        "vmx-cr8-load-exit", "vmx-cr8-store-exit", "vmx-desc-exit", "vmx-enable-user-wait-pause",
        "vmx-encls-exit", "vmx-entry-ia32e-mode", "vmx-entry-load-bndcfgs", "vmx-entry-load-cet",
        "vmx-entry-load-efer", "vmx-entry-load-fred", "vmx-entry-load-pat",
        "vmx-entry-load-perf-global-ctrl", "vmx-entry-load-pkrs", "vmx-entry-load-rtit-ctl",
        "vmx-entry-noload-debugctl", "vmx-ept", "vmx-ept-1gb", "vmx-ept-2mb",
        "vmx-ept-advanced-exitinfo", "vmx-ept-execonly", "vmx-eptad", "vmx-eptp-switching",
        "vmx-exit-ack-intr", "vmx-exit-clear-bndcfgs", "vmx-exit-clear-rtit-ctl",
        "vmx-exit-load-efer", "vmx-exit-load-pat", "vmx-exit-load-perf-global-ctrl",
        "vmx-exit-load-pkrs", "vmx-exit-nosave-debugctl", "vmx-exit-save-cet", "vmx-exit-save-efer",
        "vmx-exit-save-pat", "vmx-exit-save-preemption-timer", "vmx-exit-secondary-ctls",
        "vmx-flexpriority", "vmx-hlt-exit", "vmx-ins-outs", "vmx-intr-exit", "vmx-invept",
        "vmx-invept-all-context", "vmx-invept-single-context",
        "vmx-invept-single-context-noglobals", "vmx-invlpg-exit", "vmx-invpcid-exit", "vmx-invvpid",
        "vmx-invvpid-all-context", "vmx-invvpid-single-addr", "vmx-io-bitmap", "vmx-io-exit",
        "vmx-mbec", "vmx-monitor-exit", "vmx-movdr-exit", "vmx-msr-bitmap", "vmx-mtf",
        "vmx-mwait-exit", "vmx-nested-exception", "vmx-nmi-exit", "vmx-page-walk-4",
        "vmx-page-walk-5", "vmx-pause-exit", "vmx-ple", "vmx-pml", "vmx-posted-intr",
        "vmx-preemption-timer", "vmx-rdpmc-exit", "vmx-rdrand-exit", "vmx-rdseed-exit",
        "vmx-rdtsc-exit", "vmx-rdtscp-exit", "vmx-secondary-ctls", "vmx-shadow-vmcs",
        "vmx-store-lma", "vmx-true-ctls", "vmx-tsc-offset", "vmx-tsc-scaling",
        "vmx-unrestricted-guest", "vmx-vintr-pending", "vmx-vmfunc", "vmx-vmwrite-vmexit-fields",
        "vmx-vnmi", "vmx-vnmi-pending", "vmx-vpid", "vmx-wbinvd-exit", "vmx-xsaves",
        "vmx-zero-len-inject", "vnmi", "vpclmulqdq", "waitpkg", "wbnoinvd", "wdt", "wrmsrns",
        "x-amd-topoext-features-only", "x-arch-cap-always-on", "x-consistent-cache",
        "x-force-cpuid-0x1f", "x-force-features", "x-hv-max-vps", "x-hv-synic-kvm-only",
        "x-intel-pt-auto-level", "x-l1-cache-per-thread", "x-migrate-smi-count",
        "x-pdcm-on-even-without-pmu", "x-vendor-cpuid-only", "x-vendor-cpuid-only-v2", "x2apic",
        "xcrypt", "xcrypt-en", "xd", "xen-vapic", "xfd", "xgetbv1", "xlevel", "xlevel2", "xop",
        "xsave", "xsavec", "xsaveerptr", "xsaveopt", "xsaves", "xstore", "xstore-en", "xtpr",
        "zero-fcs-fds",
    ]
}
