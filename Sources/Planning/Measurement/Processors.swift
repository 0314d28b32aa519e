/// The virtual CPUs that there are at launch, as far as a launch digest depends on them.
package struct Processors: Hashable, Sendable {
    /// KVM's own limit on x86 (`KVM_MAX_VCPUS`).
    package static let maximumCount = 4096

    /// Those of `-smp` and the cold-plugged ones; not `maxcpus`.
    package let count: Int
    package let signature: CPUSignature
    /// SEV_FEATURES, where the host's kernel sets others than the guest kind's own.
    package let features: GuestFeatures?

    package init(
        count: Int,
        signature: CPUSignature,
        features: GuestFeatures? = nil,
    ) throws(MeasurementRefusal) {
        guard (1...Self.maximumCount).contains(count) else {
            throw .processorCount(found: count, maximum: Self.maximumCount)
        }
        self.count = count
        self.signature = signature
        self.features = features
    }
}
