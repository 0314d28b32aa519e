import Glibc

/// A file descriptor with one owner, closed when the owner lets go of it.
package struct OwnedDescriptor: ~Copyable {
    package let number: Int32

    /// Takes over `number`, which must be open and owned by nobody else.
    package init(takingOver number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Gives the descriptor away: it stays open and is no longer ours.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
