import Host
import Planning

/// What `run` says at its end: which system calls were outside the filter.
struct RunSummary {
    private let console: Console
    /// What is recorded, or why that cannot be known.
    private var outcome: Result<SeccompRecording.Records, HostError>?

    init(_ console: Console) {
        self.console = console
    }

    /// - Parameter recording: `nil` where no filter was loaded.
    mutating func take(_ recording: consuming Recording) {
        switch consume recording {
        case .none: outcome = nil
        case .impossible(let error): outcome = .failure(error)
        case .running(let recording):
            do throws(HostError) {
                outcome = .success(try recording.end())
            } catch {
                outcome = .failure(error)
            }
        }
    }

    /// What the kernel writes down while QEMU runs.
    enum Recording: ~Copyable {
        /// Without a filter nothing is recorded.
        case none
        case impossible(HostError)
        case running(SeccompRecording)

        static func begun(_ mode: SeccompMode) -> Recording {
            guard mode != .off else { return .none }
            do throws(HostError) {
                return .running(try SeccompRecording.begun())
            } catch {
                return .impossible(error)
            }
        }
    }

    func show(of process: Int) {
        switch outcome {
        case nil: return
        case .failure(let error):
            console.say(
                "what was called outside the filter is not known: \(error.message)",
                hints: ["as root: journalctl -k | launcherctl explain -"],
            )
        case .success(let records):
            let calls = RecordedCalls(
                records.log,
                of: process,
                witness: records.witness,
            )
            if !calls.isEmpty || records.isWhole {
                for line in calls.summary { console.say(line, hints: []) }
                console.hint(calls.advice)
            }
            guard !records.isWhole else { return }
            console.say(
                "there may be more: not every record of the kernel's could be read",
                hints: [
                    "its log leaves out what comes too fast, and what auditd gets: as root,"
                        + " ausearch -m SECCOMP | launcherctl explain -"
                ],
            )
        }
    }
}
