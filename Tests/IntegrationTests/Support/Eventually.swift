/// Asks again and again until there is an answer, or until it is too late.
func eventually<Value>(
    within limit: Duration = .seconds(20),
    every pause: Duration = .milliseconds(10),
    _ ask: () throws -> Value?,
) async throws -> Value? {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let answer = try ask() { return answer }
        try await Task.sleep(for: pause)
    }
    return nil
}
