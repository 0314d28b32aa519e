import Planning

/// An array of C strings that ends with a null pointer, as execve(2) takes it.
@safe struct CStringVector: ~Copyable {
    private let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let bytes: UnsafeMutablePointer<CChar>

    /// - Parameter strings: without a NUL in any; what follows one would be lost.
    init(_ strings: [ByteString]) {
        unsafe pointers = .allocate(capacity: strings.count + 1)
        unsafe bytes = .allocate(capacity: strings.reduce(0) { $0 + $1.bytes.count + 1 })
        var end = unsafe bytes
        for (index, string) in strings.enumerated() {
            unsafe (pointers + index).initialize(to: end)
            unsafe string.bytes.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(start: end, count: $0.count).copyMemory(
                    from: $0
                )
            }
            unsafe end += string.bytes.count
            unsafe end.initialize(to: 0)
            unsafe end += 1
        }
        unsafe (pointers + strings.count).initialize(to: nil)
    }

    deinit {
        unsafe pointers.deallocate()
        unsafe bytes.deallocate()
    }

    borrowing func withPointers<Result>(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        unsafe body(pointers)
    }
}
