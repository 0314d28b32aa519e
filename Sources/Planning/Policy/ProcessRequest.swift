/// What `arch_prctl` and `prctl` are asked for.
enum ProcessRequest {
    // Of arch_prctl, from arch/x86/include/uapi/asm/prctl.h.

    /// ARCH_SET_FS.
    static let setThreadStorage: UInt32 = 0x1002
    /// ARCH_GET_FS.
    static let threadStorage: UInt32 = 0x1003
    /// ARCH_GET_XCOMP_SUPP.
    static let dynamicStates: UInt32 = 0x1021
    /// ARCH_GET_XCOMP_PERM.
    static let permittedStates: UInt32 = 0x1022
    /// ARCH_REQ_XCOMP_PERM.
    static let permitState: UInt32 = 0x1023
    /// ARCH_GET_XCOMP_GUEST_PERM.
    static let permittedGuestStates: UInt32 = 0x1024
    /// ARCH_REQ_XCOMP_GUEST_PERM.
    static let permitGuestState: UInt32 = 0x1025
    /// ARCH_CET_STATUS, which no kernel of kernel.org has.
    static let oldControlFlowStatus: UInt32 = 0x3001
    /// ARCH_SHSTK_ENABLE.
    static let enableShadowStack: UInt32 = 0x5001
    /// ARCH_SHSTK_DISABLE.
    static let disableShadowStack: UInt32 = 0x5002
    /// ARCH_SHSTK_LOCK.
    static let lockShadowStack: UInt32 = 0x5003
    /// ARCH_SHSTK_STATUS.
    static let shadowStackStatus: UInt32 = 0x5005

    // Of prctl, from include/uapi/linux/prctl.h.

    /// PR_SET_PDEATHSIG.
    static let setParentDeathSignal: UInt32 = 1
    /// PR_GET_PDEATHSIG.
    static let parentDeathSignal: UInt32 = 2
    /// PR_GET_DUMPABLE.
    static let isDumpable: UInt32 = 3
    /// PR_SET_DUMPABLE.
    static let setDumpable: UInt32 = 4
    /// PR_GET_KEEPCAPS.
    static let keepsCapabilities: UInt32 = 7
    /// PR_SET_NAME.
    static let setName: UInt32 = 15
    /// PR_GET_NAME.
    static let name: UInt32 = 16
    /// PR_GET_SECCOMP.
    static let seccompMode: UInt32 = 21
    /// PR_SET_SECCOMP.
    static let setSeccomp: UInt32 = 22
    /// PR_CAPBSET_READ.
    static let isInBoundingSet: UInt32 = 23
    /// PR_GET_SECUREBITS.
    static let secureBits: UInt32 = 27
    /// PR_SET_TIMERSLACK.
    static let setTimerSlack: UInt32 = 29
    /// PR_GET_TIMERSLACK.
    static let timerSlack: UInt32 = 30
    /// PR_MCE_KILL.
    static let setMachineCheckPolicy: UInt32 = 33
    /// PR_MCE_KILL_GET.
    static let machineCheckPolicy: UInt32 = 34
    /// PR_SET_MM.
    static let setMemoryMap: UInt32 = 35
    /// PR_SET_NO_NEW_PRIVS.
    static let setNoNewPrivileges: UInt32 = 38
    /// PR_GET_NO_NEW_PRIVS.
    static let noNewPrivileges: UInt32 = 39
    /// PR_GET_TID_ADDRESS.
    static let clearedThreadAddress: UInt32 = 40
    /// PR_SET_THP_DISABLE.
    static let disableHugePages: UInt32 = 41
    /// PR_GET_THP_DISABLE.
    static let hugePagesDisabled: UInt32 = 42
    /// PR_CAP_AMBIENT.
    static let ambientCapabilities: UInt32 = 47
    /// PR_CAP_AMBIENT_IS_SET, of PR_CAP_AMBIENT.
    static let isAmbient: UInt32 = 1
    /// PR_GET_SPECULATION_CTRL.
    static let speculation: UInt32 = 52
    /// PR_SET_SPECULATION_CTRL.
    static let setSpeculation: UInt32 = 53
    /// PR_SET_VMA.
    static let nameMemory: UInt32 = 0x5356_4D41
    /// PR_GET_AUXV.
    static let auxiliaryVector: UInt32 = 0x4155_5856
}
