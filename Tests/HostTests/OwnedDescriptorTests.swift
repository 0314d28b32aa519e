import Glibc
import Host
import Testing

struct OwnedDescriptorTests {
    // In processes of their own, and a number that nobody opens next: another thread could open it at once.

    @Test func `a descriptor is closed when its owner goes`() async {
        await #expect(processExitsWith: .success) {
            let number = fcntl(2, F_DUPFD, 500)
            do { _ = OwnedDescriptor(takingOver: number) }
            #expect(fcntl(number, F_GETFD) == -1)
        }
    }

    @Test func `a descriptor that is given away stays open`() async {
        await #expect(processExitsWith: .success) {
            let number = OwnedDescriptor(takingOver: fcntl(2, F_DUPFD, 500)).release()
            #expect(fcntl(number, F_GETFD) == 0)
        }
    }
}
