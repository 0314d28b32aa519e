/// A value of the configuration and where it was set, so that whoever refuses it can say so.
package struct Setting<Value: Hashable & Sendable>: Hashable, Sendable {
    package let value: Value
    /// The line of the configuration file; `nil` for what holds where nothing is set.
    package let line: Int?

    package init(_ value: Value, line: Int? = nil) {
        self.value = value
        self.line = line
    }
}
