import Glibc
import Host
import Testing

struct OwnedDescriptorTests {
    @Test func `a descriptor is closed when its owner goes`() {
        let number = dup(2)
        do { _ = OwnedDescriptor(takingOver: number) }
        #expect(fcntl(number, F_GETFD) == -1)
    }
}
