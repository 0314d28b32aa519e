import Planning

/// Runs a part of the launcher; what it throws is thrown as the part itself said it.
package func leaf<Value>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let failure as LaunchFailure {
        throw failure.cause
    }
}
