import Dispatch
import Glibc

/// Makes calls that librdkafka may never return from on a thread of its own, so that the worker can give up on them.
///
/// librdkafka takes time-outs, but some calls have none and others wait for responses that never come. A call that
/// exceeds its limit leaks its thread, its client and this caller: a C call cannot be cancelled safely.
final class BoundedCaller: @unchecked Sendable {
    private let work = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private var job: (() -> Void)?
    private var started = false
    /// A call never came back; no further one may be made.
    private(set) var isAbandoned = false

    /// Starts a job; `wait` must follow before anything else is run.
    func begin(_ job: @escaping () -> Void) {
        precondition(!isAbandoned, "a client that was given up must not be called")
        if !started { start() }
        self.job = job
        work.signal()
    }

    /// Waits for the end of the job that was begun and returns true, or gives up on it and returns false.
    func wait(limitMs: Int32) -> Bool {
        if done.wait(timeout: .now() + .milliseconds(Int(limitMs))) == .success { return true }
        isAbandoned = true
        return false
    }

    /// Ends the thread; the caller may be dropped afterwards.
    func stop() {
        guard started, !isAbandoned else { return }
        job = nil
        work.signal()
        done.wait()
        started = false
    }

    private func start() {
        started = true
        var thread = pthread_t()
        // The thread owns the caller until it ends, so an abandoned call never touches freed memory.
        let itself = Unmanaged.passRetained(self).toOpaque()
        let outcome = pthread_create(&thread, nil, { BoundedCaller.loop($0) }, itself)
        precondition(outcome == 0, "no thread can be started: error \(outcome)")
        pthread_detach(thread)
    }

    private static func loop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let caller = Unmanaged<BoundedCaller>.fromOpaque(argument).takeRetainedValue()
        // Otherwise it has the name of the thread that started it.
        ThreadName.set("kafka-call")
        while true {
            caller.work.wait()
            guard let job = caller.job else { break }
            job()
            caller.job = nil
            caller.done.signal()
        }
        caller.done.signal()
        return nil
    }
}
