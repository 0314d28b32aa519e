extension SyscallGroup {
    /// Part of every ruleset: what a process may ask of the kernel about itself, and of no other.
    ///
    /// Lists, because these calls do many things, and QEMU needs few of them.
    package static let ownProcess = SyscallGroup(
        "own-process",
        purpose: "signals, limits and settings of the process itself, not of others",
        rules: [
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.setThreadStorage),
                because: "thread-local storage"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.threadStorage),
                because: "debuggers and crash handlers ask"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.dynamicStates),
                because: "whether the processor has AMX"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.permittedStates),
                because: "what AMX it may use"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.permitState),
                because: "AMX for itself"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.permittedGuestStates),
                because: "what AMX the guest may use"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.permitGuestState),
                because: "AMX for the guest"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.oldControlFlowStatus),
                because: "C libraries up to 2.38 ask at every start"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.enableShadowStack),
                because: "the C library turns shadow stacks on"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.disableShadowStack),
                because: "the C library turns shadow stacks off"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.lockShadowStack),
                because: "the C library locks its choice"
            ),
            .allow(
                .arch_prctl,
                when: .int(0, equals: ProcessRequest.shadowStackStatus),
                because: "the C library asks at every start"
            ),
            .deny(
                .arch_prctl,
                because: "other requests: segments, traps on CPUID, maps for checkpoints"
            ),
            .allow(.kill, when: .ownProcess(0), because: "signals to itself"),
            .deny(.kill, because: "signals to other processes"),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setParentDeathSignal),
                because: "async-teardown and exit-with-parent end with their parent"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.parentDeathSignal),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.isDumpable),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setDumpable),
                because: "libraries with keys stay out of memory dumps"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.keepsCapabilities),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setName),
                because: "names of threads"
            ),
            .allow(.prctl, when: .int(0, equals: ProcessRequest.name), because: "names of threads"),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.seccompMode),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setSeccomp),
                because: "QEMU's own -sandbox stacks on ours"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.isInBoundingSet),
                because: "libraries ask what they may do"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.secureBits),
                because: "libraries ask what they may do"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setTimerSlack),
                because: "QEMU's timers are precise"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.timerSlack),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setMachineCheckPolicy),
                because: "memory errors reach the thread that touched the page"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.machineCheckPolicy),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setNoNewPrivileges),
                because: "QEMU's own -sandbox gives them up"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.noNewPrivileges),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.clearedThreadAddress),
                because: "crash handlers ask"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.disableHugePages),
                because: "libraries that measure memory"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.hugePagesDisabled),
                because: "asks without changing"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.speculation),
                because: "libraries ask what the processor guards against"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.setSpeculation),
                because: "programs that compile code guard themselves"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.nameMemory),
                because: "the C library names its memory in /proc"
            ),
            .allow(
                .prctl,
                when: .int(0, equals: ProcessRequest.auxiliaryVector),
                because: "libraries ask what the kernel gave"
            ),
            .allow(
                .prctl,
                when:
                    .int(0, equals: ProcessRequest.ambientCapabilities),
                .int(1, equals: ProcessRequest.isAmbient),
                because: "libraries ask what they may do"
            ),
            .deny(
                .prctl,
                when: .int(0, equals: ProcessRequest.setMemoryMap),
                because: "rewrites what /proc shows of the process, and moves its heap"
            ),
            .deny(
                .prctl,
                because: "other requests: tracing, traps on calls, capabilities of programs"
            ),
            .allow(
                .prlimit64,
                when: .int(0, equals: 0),
                because: "its own limits; QEMU 9.1 and newer raise that of descriptors"
            ),
            .allow(.prlimit64, when: .ownProcess(0), because: "its own limits"),
            .deny(.prlimit64, because: "limits of other processes"),
            .allow(
                .rt_sigqueueinfo,
                when: .ownProcess(0),
                because: "signals with a value, to itself"
            ),
            .deny(.rt_sigqueueinfo, because: "signals to other processes"),
            .allow(
                .rt_tgsigqueueinfo,
                when: .ownProcess(0),
                because: "signals with a value, to itself"
            ),
            .deny(.rt_tgsigqueueinfo, because: "signals to other processes"),
            .allow(.tgkill, when: .ownProcess(0), because: "wakes a vCPU thread; abort"),
            .deny(.tgkill, because: "signals to other processes"),
            .allow(
                .tkill,
                when: .ownProcess(0),
                because: "older C libraries signal the first thread this way"
            ),
            .deny(.tkill, because: "signals to threads of any process"),
        ]
    )
}
