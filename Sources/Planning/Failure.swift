/// Why nothing was started: one cause, said in one line, with advice on a second.
///
/// Every error type of the launcher conforms. A message is lower case, names its subject first,
/// quotes what a user wrote, says what was expected and found, and ends without a full stop.
package protocol Failure: Error, Equatable, Sendable {
    /// What is wrong and where, without the program's name.
    var message: String { get }
    /// What to do about it, where we know.
    var hint: String? { get }
    var exitStatus: ExitStatus { get }
}

/// Text of a user in a message: quoted, printable, on one line.
package func quoted(_ text: String) -> String { quoted(ByteString(text)) }

/// Bytes of a user in a message: quoted, printable, on one line.
package func quoted(_ bytes: ByteString) -> String { "'\(bytes.escaped)'" }
