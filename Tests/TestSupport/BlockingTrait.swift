import Dispatch
public import Testing

/// Lets tests that block run side by side: each gets a thread of its own instead of one of the few that
/// Swift's pool has. Most of their time is spent waiting for group joins.
public struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(OwnThreads.shared) { try await function() }
    }
}

extension Trait where Self == BlockingTrait {
    public static var blocking: Self { BlockingTrait() }
}

private final class OwnThreads: TaskExecutor {
    static let shared = OwnThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue(label: "blocking test").async {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
