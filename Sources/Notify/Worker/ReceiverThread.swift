internal import Foundation
import Kafka
import Synchronization

/// A receiver on a thread of its own, so that one that hangs holds nobody else up. It does one job at a time.
final class ReceiverThread: Sendable {
    enum Job: Sendable {
        case send(Notification)
        /// For a receiver that forgets.
        case refresh([Notification.Item])
    }

    private struct State {
        var job: Job?
        var isBusy = false
        var isRefreshing = false
        var isEnding = false
        var outcome: (job: Job, outcome: Outcome)?
    }

    private let name: String
    private let receiver: any Receiver
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    init(_ name: String, _ receiver: any Receiver) {
        self.name = name
        self.receiver = receiver
        Thread.detachNewThread { self.run() }
    }

    /// Whether a job is under way, or its outcome was not taken yet.
    var isBusy: Bool { state.withLock { $0.isBusy || $0.outcome != nil } }

    /// Whether it sends again what stands.
    var isRefreshing: Bool { state.withLock { $0.isBusy && $0.isRefreshing } }

    /// Gives it a job; only while it is not busy.
    func begin(_ job: Job) {
        state.withLock {
            $0.job = job
            $0.isBusy = true
            if case .refresh = job { $0.isRefreshing = true } else { $0.isRefreshing = false }
        }
        work.signal()
    }

    /// What became of the last job; nil while it is under way.
    func takeOutcome() -> (job: Job, outcome: Outcome)? {
        state.withLock { state in
            defer { state.outcome = nil }
            return state.outcome
        }
    }

    /// Makes a job that is under way end soon.
    func cancel() { if state.withLock({ $0.isBusy }) { receiver.cancel() } }

    /// Ends the thread once it is not busy any more.
    func stop() {
        state.withLock { $0.isEnding = true }
        work.signal()
    }

    private func run() {
        ThreadName.set("notify-" + String(name.prefix(8)))
        while true {
            work.wait()
            let job = state.withLock { state in
                defer { state.job = nil }
                return state.job
            }
            if let job {
                let outcome =
                    switch job {
                    case .send(let notification): receiver.send(notification)
                    case .refresh(let standing): receiver.refresh(standing, at: Date())
                    }
                state.withLock {
                    $0.outcome = (job, outcome)
                    $0.isBusy = $0.job != nil
                }
            }
            if state.withLock({ $0.isEnding && $0.job == nil }) { return }
        }
    }
}
