import Glibc

/// Writes with what `body` does, and takes back the signals by which the kernel would end the
/// process for it: nobody reads any more (SIGPIPE), or the file is as long as files may be
/// (SIGXFSZ). What happens on them is the caller's to say, and QEMU's after us: it stays as it is.
func withoutSignalsOfWriting(_ body: () -> Void) {
    let signals = [SIGPIPE, SIGXFSZ]
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    for signal in signals { unsafe sigaddset(&blocked, signal) }
    var before = sigset_t()
    guard unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0 else { return }
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }

    // What was pending already is not from here.
    var pending = sigset_t()
    unsafe sigemptyset(&pending)
    unsafe sigpending(&pending)
    var raised = sigset_t()
    unsafe sigemptyset(&raised)
    for signal in signals where unsafe sigismember(&pending, signal) != 1 {
        unsafe sigaddset(&raised, signal)
    }
    body()
    var now = timespec()
    while unsafe sigtimedwait(&raised, nil, &now) > 0 {}
}
