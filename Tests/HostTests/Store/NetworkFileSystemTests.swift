import Host
import SystemPackage
import Testing

struct NetworkFileSystemTests {
    @Test(arguments: ["/proc", "/dev", "/nowhere", ""] as [FilePath])
    func `what is here, or nowhere, is on no network`(path: FilePath) {
        #expect(NetworkFileSystem(at: path) == nil)
    }

    @Test(arguments: [NetworkFileSystem.nfs, .cifs])
    func `the advice says what helps there`(network: NetworkFileSystem) {
        #expect(network.advice.hasPrefix(network == .nfs ? "on NFS: " : "on CIFS: "))
    }
}
