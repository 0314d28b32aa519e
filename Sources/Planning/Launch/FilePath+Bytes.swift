package import SystemPackage

extension FilePath {
    /// The path as it stands in a command line, whatever its bytes are; they hold no NUL, because
    /// a command line cannot.
    package init(_ bytes: ByteString) {
        unsafe self.init(platformString: bytes.bytes.map(CChar.init(bitPattern:)) + [0])
    }
}
