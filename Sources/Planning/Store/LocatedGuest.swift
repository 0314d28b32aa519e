/// A VM's configuration and the node that it is on.
package struct LocatedGuest: Hashable, Sendable {
    package let node: String
    package let guest: GuestConfiguration

    package init(node: String, guest: GuestConfiguration) {
        self.node = node
        self.guest = guest
    }
}
