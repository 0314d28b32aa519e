/// A value of the configuration and where it was set, so that whoever refuses it can say so.
///
/// Without constraints on `Value`: to make the type at run time, Swift would prove them by searching
/// every conformance in the executable, at each start.
package struct Setting<Value> {
    package let value: Value
    /// The line of the configuration file; `nil` for what holds where nothing is set.
    package let line: Int?

    package init(_ value: Value, line: Int? = nil) {
        self.value = value
        self.line = line
    }
}

extension Setting: Equatable where Value: Equatable {}
extension Setting: Hashable where Value: Hashable {}
extension Setting: Sendable where Value: Sendable {}
