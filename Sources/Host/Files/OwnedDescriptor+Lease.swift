import CLinux
import Glibc
import SystemPackage

extension OwnedDescriptor {
    /// Takes a read lease (fcntl(2), F_SETLEASE), which the kernel grants only where nobody has the
    /// file open for writing, and which makes everybody who opens it so, or cuts it short, wait
    /// until it is returned or the descriptor is closed.
    ///
    /// - Throws: EAGAIN where there is a writer; something else where the file system has no leases
    ///   (NFS, CephFS), or they are not ours to take.
    borrowing func takeReadLease() throws(Errno) {
        let number = number
        // Whoever opens the file meanwhile breaks the lease, and the kernel says so with SIGIO,
        // which kills; SIGURG is ignored by default.
        _ = try systemCall { fcntl(number, LINUX_F_SETSIG, SIGURG) }.get()
        _ = try systemCall { fcntl(number, LINUX_F_SETLEASE, Int32(F_RDLCK)) }.get()
    }

    borrowing func returnLease() throws(Errno) {
        let number = number
        _ = try systemCall { fcntl(number, LINUX_F_SETLEASE, Int32(F_UNLCK)) }.get()
    }
}
