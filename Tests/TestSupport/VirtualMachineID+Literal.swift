package import Planning

extension VirtualMachineID: ExpressibleByIntegerLiteral {
    package init(integerLiteral number: UInt32) {
        guard let id = VirtualMachineID(String(number)) else {
            preconditionFailure("\(number) is no VM ID")
        }
        self = id
    }
}
