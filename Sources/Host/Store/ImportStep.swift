package import SystemPackage

/// The system calls by which an image gets into a storage, in their order. Between any two of them
/// the machine may stop, and the storage holds either nothing new or the whole image.
package enum ImportStep: String, Sendable, CaseIterable {
    case createPartialFile
    case write
    case makeReadOnly
    case syncFile
    case place
    case syncDirectory
    case removePartialFile
}

/// Told of each step of an import before it is taken; an `Errno` that it answers is taken for the
/// step's own failure. Tests show with it what an interruption leaves behind.
package struct ImportObserver: Sendable {
    private let failure: @Sendable (ImportStep) -> Errno?

    package static let none = ImportObserver { _ in nil }

    package init(_ failure: @escaping @Sendable (ImportStep) -> Errno?) {
        self.failure = failure
    }

    func take<Value: ~Copyable>(
        _ step: ImportStep,
        _ call: () throws(Errno) -> Value,
    ) throws(Errno) -> Value {
        if let failure = failure(step) { throw failure }
        return try call()
    }
}
