/// How long a test waits for what comes at once where nothing else is going on. Only a test that fails
/// ever waits so long, so that a busy machine makes none fail.
package let patience = Duration.seconds(180)

/// The time that a loop may spend on waiting. A machine that stood still, or that did not get to the
/// loop for long, uses up a second of it at most: what is waited for stood still as well.
package struct Waiting {
    private var left: Duration
    private var last = ContinuousClock.now

    package init(_ limit: Duration = patience) { left = limit }

    package var isOver: Bool { left <= .zero }

    /// Sleeps before the loop looks again.
    package mutating func pause(_ duration: Duration = .milliseconds(10)) async throws {
        try await Task.sleep(for: duration)
        let now = ContinuousClock.now
        left -= min(now - last, max(duration, .seconds(1)))
        last = now
    }
}

/// Asks again and again until there is an answer, or until it is too late.
package func eventually<Value>(
    within limit: Duration = patience,
    every pause: Duration = .milliseconds(10),
    _ ask: () throws -> Value?,
) async throws -> Value? {
    var waiting = Waiting(limit)
    while true {
        if let answer = try ask() { return answer }
        if waiting.isOver { return nil }
        try await waiting.pause(pause)
    }
}
