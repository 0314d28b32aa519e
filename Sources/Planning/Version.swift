/// The version of this package, of both programs.
package enum Version {
    package static let current = "1.1.0"
}
