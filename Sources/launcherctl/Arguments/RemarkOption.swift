import ArgumentParser
import Planning

/// A remark for what a command writes into launcher.conf.
struct RemarkOption: ParsableArguments {
    @Option(
        help: "A remark for the new section of launcher.conf.",
        transform: SectionComment.init(argument:),
    )
    var comment: SectionComment?
}

extension SectionComment {
    init(argument text: String) throws {
        guard let comment = SectionComment(text) else {
            throw ValidationError("a comment is one line of text (found \(quoted(text)))")
        }
        self = comment
    }
}
