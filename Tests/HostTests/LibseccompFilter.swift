import CSeccomp
import Glibc
import Planning

/// What libseccomp makes of a ruleset, as far as it can express one: rows of one call either all
/// without checks, or all with checks and of one verdict.
enum LibseccompFilter {
    struct Failure: Error {
        let operation: String
        let result: Int32
    }

    static func instructions(for ruleset: Ruleset) throws -> [FilterInstruction] {
        let defaultAction = action(ruleset.defaultVerdict)
        guard let context = unsafe seccomp_init(defaultAction) else {
            throw Failure(operation: "init", result: -1)
        }
        defer { unsafe seccomp_release(context) }
        try check(
            "optimize",
            unsafe seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        )
        try check(
            "bad architecture",
            unsafe seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, action(.kill))
        )
        for rule in ruleset.rules where action(rule.verdict) != defaultAction {
            let comparisons = rule.checks.map {
                scmp_arg_cmp(
                    arg: UInt32($0.index),
                    op: SCMP_CMP_MASKED_EQ,
                    datum_a: $0.mask,
                    datum_b: $0.value
                )
            }
            try check(
                rule.syscall.name,
                unsafe seccomp_rule_add_exact_array(
                    context,
                    action(rule.verdict),
                    Int32(rule.syscall.rawValue),
                    UInt32(comparisons.count),
                    comparisons
                )
            )
        }
        return try unsafe export(context)
    }

    private static func export(_ context: scmp_filter_ctx?) throws -> [FilterInstruction] {
        // A pipe holds more than the longest program that the kernel takes.
        var ends: [Int32] = [0, 0]
        try check("pipe", unsafe pipe(&ends))
        try check("export", unsafe seccomp_export_bpf(context, ends[1]))
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let size = unsafe read(ends[0], &bytes, bytes.count)
        close(ends[0])
        return stride(from: 0, to: size, by: 8).map { instruction(bytes[$0..<($0 + 8)]) }
    }

    private static func instruction(_ bytes: ArraySlice<UInt8>) -> FilterInstruction {
        let field = Array(bytes)
        var operand: UInt32 = 0
        for byte in field[4..<8].reversed() { operand = operand << 8 | UInt32(byte) }
        return FilterInstruction(
            code: UInt16(field[0]) | UInt16(field[1]) << 8,
            jumpTrue: field[2],
            jumpFalse: field[3],
            operand: operand
        )
    }

    private static func check(_ operation: String, _ result: Int32) throws {
        guard result == 0 else { throw Failure(operation: operation, result: result) }
    }

    static func action(_ verdict: Verdict) -> UInt32 {
        switch verdict {
        case .allow: FilterAction.allow.returnValue
        case .refuse(let refusal, _): FilterAction.fail(refusal).returnValue
        case .kill: FilterAction.kill.returnValue
        }
    }
}
