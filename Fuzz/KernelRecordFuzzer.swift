import Planning

/// What the kernel wrote, or somebody who had it written: records of the filter, /proc/PID/status.
func fuzzKernelRecord(_ bytes: [UInt8]) {
    let text = ByteString(bytes)
    _ = SeccompRecord(parsing: text)
    _ = LogExplanation(text)
    _ = LogExplanation(text, of: 4711)
    _ = ProcessConfinement(parsing: text)
    _ = SignalDeath.isReported(by: text)
}
