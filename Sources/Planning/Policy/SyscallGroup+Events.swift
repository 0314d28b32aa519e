extension SyscallGroup {
    /// Part of every ruleset.
    package static let events = SyscallGroup(
        "events",
        purpose: "waiting for descriptors, timers and signals",
        rules: [
            .allow(.epoll_create, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_create1, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_ctl, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_pwait, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_pwait2, because: "event loop of I/O threads, storage libraries"),
            .allow(.epoll_wait, because: "event loop of I/O threads, storage libraries"),
            .allow(.eventfd, because: "notifiers: irqfd, ioeventfd, vhost"),
            .allow(.eventfd2, because: "notifiers: irqfd, ioeventfd, vhost"),
            .allow(.poll, because: "main loop"),
            .allow(.ppoll, because: "main loop"),
            .allow(.pselect6, because: "libraries"),
            .allow(.select, because: "libraries"),
            .allow(.signalfd, because: "signals in the main loop"),
            .allow(.signalfd4, because: "signals in the main loop"),
            .allow(.timerfd_create, because: "timers of libusb and of storage libraries"),
            .allow(.timerfd_gettime, because: "timers of libusb and of storage libraries"),
            .allow(.timerfd_settime, because: "timers of libusb and of storage libraries"),
        ]
    )

    /// Part of every ruleset: QEMU's `aio=native` is what a hot-plugged disk without cache gets.
    package static let diskIO = SyscallGroup(
        "disk-io",
        purpose: "Linux native I/O, which a disk may ask for when it is hot-plugged",
        rules: [
            .allow(.io_cancel, because: "aio=native of a disk"),
            .allow(.io_destroy, because: "aio=native of a disk"),
            .allow(.io_getevents, because: "aio=native of a disk"),
            .allow(.io_pgetevents, because: "aio=native of a disk"),
            .allow(.io_setup, because: "aio=native of a disk"),
            .allow(.io_submit, because: "aio=native of a disk"),
        ]
    )
}
