internal import CSeccomp
internal import Planning
internal import SystemPackage

/// A filter being made by libseccomp: its context, with one owner, which frees it.
@safe struct SeccompFilter: ~Copyable {
    private let context: scmp_filter_ctx

    /// The filter for `ruleset`; nothing is confined before ``load()``.
    ///
    /// - Parameter mode: ``SeccompMode/log`` turns every other verdict than allow into a record.
    static func making(
        _ ruleset: Ruleset,
        mode: SeccompMode
    ) throws(ConfinementError) -> SeccompFilter {
        let actions = SeccompActions(mode: mode)
        let defaultAction = actions[ruleset.defaultVerdict]
        let filter = try SeccompFilter(defaultAction: defaultAction)

        // First, so that what fails after this reports the kernel's own error, not ECANCELED.
        try filter.set(SCMP_FLTATR_API_SYSRAWRC, to: 1)
        // A tree by number: larger, but the kernel checks it faster than a list.
        try filter.set(SCMP_FLTATR_CTL_OPTIMIZE, to: 2)
        try filter.set(SCMP_FLTATR_ACT_BADARCH, to: actions[.kill])
        // Setting no_new_privs is the caller's decision, not the library's.
        try filter.set(SCMP_FLTATR_CTL_NNP, to: 0)

        for rule in ruleset.rules where actions[rule.verdict] != defaultAction {
            try filter.add(rule, action: actions[rule.verdict])
        }
        return filter
    }

    private init(defaultAction: UInt32) throws(ConfinementError) {
        guard let context = unsafe seccomp_init(defaultAction) else {
            throw .filterNotBuilt(operation: "seccomp_init", .noMemory)
        }
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe seccomp_release(context)
    }

    /// Confines the calling thread, and whatever it becomes, for good.
    borrowing func load() -> Errno? {
        let result = unsafe seccomp_load(context)
        return result < 0 ? Errno(rawValue: -result) : nil
    }

    private func set(_ attribute: scmp_filter_attr, to value: UInt32) throws(ConfinementError) {
        let result = unsafe seccomp_attr_set(context, attribute, value)
        guard result == 0 else {
            throw .filterNotBuilt(operation: "seccomp_attr_set", Errno(rawValue: -result))
        }
    }

    private func add(_ rule: SyscallRule, action: UInt32) throws(ConfinementError) {
        let comparisons = rule.checks.map { check in
            scmp_arg_cmp(
                arg: UInt32(truncatingIfNeeded: check.index),
                op: SCMP_CMP_MASKED_EQ,
                datum_a: check.mask,
                datum_b: check.value
            )
        }
        let result = unsafe comparisons.withUnsafeBufferPointer { buffer in
            unsafe seccomp_rule_add_exact_array(
                context,
                action,
                Int32(bitPattern: rule.syscall.rawValue),
                UInt32(truncatingIfNeeded: buffer.count),
                buffer.baseAddress
            )
        }
        guard result == 0 else {
            throw .filterNotBuilt(
                operation: "seccomp_rule_add(\(rule.syscall.name))",
                Errno(rawValue: -result)
            )
        }
    }
}
