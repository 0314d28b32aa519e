/// What QEMU gets of the environment where root launches custom firmware. The firmware is verified,
/// so what maps it has to be what was installed.
///
/// QEMU's libraries load code by more variables than anybody knows, and by more with each release:
/// the dynamic loader's, but also drivers of graphics, plugins of sound, configurations that name
/// shared objects. So those pass of which it is known what they do, and all others are removed.
package struct KeptEnvironment: Equatable, Sendable {
    /// Word for word, in the caller's order.
    package private(set) var variables: [ByteString] = []
    /// The names of the others, each once.
    package private(set) var removed: [ByteString] = []

    /// - Parameters:
    ///   - names: what the configuration keeps besides, whatever its value.
    ///   - directories: those of ``directories(in:)`` that nobody but root and the launcher's user
    ///     can put a file into.
    package init(
        _ environment: [ByteString],
        keeping names: [ByteString],
        ownDirectories directories: [ByteString],
    ) {
        var seen: Set<ByteString> = []
        for variable in environment {
            let (name, value) = Self.parts(of: variable)
            let isKept =
                names.contains { $0.bytes[...] == name }
                || value.map {
                    KeptVariable.row(name)?.form.allows($0, own: directories) ?? false
                } ?? false
            if isKept {
                variables.append(variable)
            } else {
                let name = ByteString(Array(name))
                if seen.insert(name).inserted { removed.append(name) }
            }
        }
    }

    /// The directories that decide whether a variable is kept; they have to be looked at.
    package static func directories(in environment: [ByteString]) -> [ByteString] {
        environment.flatMap { variable -> [ByteString] in
            let (name, value) = parts(of: variable)
            guard let value else { return [] }
            return switch KeptVariable.row(name)?.form {
            case .ownDirectory: [ByteString(Array(value))]
            case .searchPath:
                value.split(separator: UInt8(ascii: ":")).map { ByteString(Array($0)) }
            default: []
            }
        }
    }

    /// - Returns: the value is `nil` where there is no `=`.
    private static func parts(
        of variable: ByteString
    ) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>?) {
        let bytes = variable.bytes
        guard let end = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (bytes[...], nil) }
        return (bytes[..<end], bytes[(end + 1)...])
    }
}

extension LaunchRequest {
    /// The directories to look at before it can be said which variables QEMU gets.
    package var directoriesInEnvironment: [ByteString] {
        invocation.isRoot ? KeptEnvironment.directories(in: invocation.environment) : []
    }
}
