/// Runs `body`; what it throws is thrown in the caller's terms.
///
/// - Parameter translate: gives the failure its subject: the path, the image, the operation.
func rethrowing<Value: ~Copyable, Inner: Error, Outer: Error>(
    as translate: (Inner) -> Outer,
    _ body: () throws(Inner) -> Value,
) throws(Outer) -> Value {
    do throws(Inner) {
        return try body()
    } catch {
        throw translate(error)
    }
}
