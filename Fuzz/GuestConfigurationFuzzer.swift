import Planning

/// A VM's configuration as Proxmox keeps it, and the property strings in it.
func fuzzGuestConfiguration(_ bytes: [UInt8]) {
    guard let id = VirtualMachineID("100") else { fatalError("100 is no VM ID") }
    let guest = GuestConfiguration(parsing: bytes, vmid: id)
    for settings in [guest.current] + guest.snapshots.map(\.settings) {
        do {
            _ = try settings.efiDisk()
        } catch {
            requireReadable(error)
        }
        do throws(TagError) {
            for tag in try settings.tags() {
                require(Tag(tag.text) == tag, "a tag that is not read as itself")
            }
        } catch {
            requireReadable(error)
        }
        _ = try? settings.arguments()
        _ = try? settings.firmware()
    }
    for warning in guest.warnings { require(!warning.message.isEmpty, "an empty warning") }
    do {
        _ = try EFIDisk(parsing: ByteString(bytes))
    } catch {
        requireReadable(error)
    }
}
