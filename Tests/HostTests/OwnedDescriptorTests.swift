import Glibc
import Host
import Testing

struct OwnedDescriptorTests {
    // In processes of their own: elsewhere, another test may open the number at once.

    @Test func `a descriptor is closed when its owner goes`() async {
        await #expect(processExitsWith: .success) {
            let number = dup(2)
            do { _ = OwnedDescriptor(takingOver: number) }
            #expect(fcntl(number, F_GETFD) == -1)
        }
    }

    @Test func `a descriptor that is given away stays open`() async {
        await #expect(processExitsWith: .success) {
            let number = OwnedDescriptor(takingOver: dup(2)).release()
            #expect(fcntl(number, F_GETFD) == 0)
        }
    }
}
