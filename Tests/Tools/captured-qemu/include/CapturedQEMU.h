// Loaded by QEMU as a plugin; it has nothing for others to call.
