internal import CLinux
internal import Glibc
internal import Planning
internal import SystemPackage

/// The permit for exactly one exec, by user notification.
///
/// The filter answers every exec with a question to the holder of its listener. A thread of ours
/// holds it, says yes to the first question that comes from the thread that made the filter, and
/// closes it. From then on there is nobody to ask, and the kernel answers every exec with ENOSYS:
/// in this program if the exec fails, and in QEMU for ever. The exec ends the thread.
///
/// What a notification says about the caller's memory may change after it was read; that does not
/// matter here, because only this program could change it.
///
/// A listener that QEMU makes would be asked before ours. That is why the ruleset refuses
/// SECCOMP_FILTER_FLAG_NEW_LISTENER.
struct ExecOnce {
    private let listener: Int32
    private let caller: Int32

    /// How long the exec may take to come, in milliseconds: there is nothing to do in between.
    private static let patience: Int32 = 10_000
    /// A question is repeated if a signal interrupts the caller; more repetitions are a defect.
    private static let attempts = 100

    /// Starts the thread that permits one exec to the calling thread.
    ///
    /// - Parameter listener: the filter's; from here on, the thread has to close it.
    /// - Returns: why the thread could not be started, if it could not.
    static func permit(_ listener: consuming OwnedDescriptor) -> Errno? {
        let permit = UnsafeMutablePointer<ExecOnce>.allocate(capacity: 1)
        unsafe permit.initialize(
            to: ExecOnce(listener: listener.number, caller: seccomp_calls_thread())
        )

        var thread = pthread_t()
        let error = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let permit = unsafe argument?.assumingMemoryBound(to: ExecOnce.self) else {
                    return nil
                }
                unsafe permit.pointee.answerOnce()
                unsafe permit.deallocate()
                return nil
            },
            permit
        )
        guard error == 0 else {
            unsafe permit.deallocate()
            return Errno(rawValue: error)
        }
        pthread_detach(thread)
        _ = listener.release()
        return nil
    }

    /// Answers one question and closes the listener, even after an error: an exec that is not
    /// permitted fails, and no exec ever hangs.
    private func answerOnce() {
        for _ in 0..<Self.attempts {
            guard waits(), !answerNext() else { break }
        }
        close(listener)
    }

    private func waits() -> Bool {
        var wanted = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        while true {
            let count = unsafe poll(&wanted, 1, Self.patience)
            if count > 0 { return true }
            guard count < 0, errno == EINTR else { return false }
        }
    }

    /// - Returns: whether the kernel took the answer; it does not if a signal interrupted the
    ///   caller, who then asks again.
    private func answerNext() -> Bool {
        var question = seccomp_notif()
        guard unsafe seccomp_calls_receive(listener, &question) == 0 else { return false }
        var answer = seccomp_notif_resp()
        answer.id = question.id
        if isExecOfCaller(question) {
            answer.flags = UInt32(SECCOMP_USER_NOTIF_FLAG_CONTINUE)
        } else {
            answer.error = -EPERM
        }
        return unsafe seccomp_calls_answer(listener, &answer) == 0
    }

    private func isExecOfCaller(_ question: seccomp_notif) -> Bool {
        let call = Syscall(rawValue: UInt32(bitPattern: question.data.nr))
        return (call == .execve || call == .execveat)
            && question.pid == UInt32(bitPattern: caller)
    }
}
