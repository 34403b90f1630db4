import Pipeline
import Synchronization

/// Wakes the readers of `/v1/changes` when there is news, and ends them when the daemon does.
final class ChangeHub: Sendable {
    private struct State {
        var wakers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextID = 0
        var isEnding = false
    }

    /// Names this process's numbering of changes: after a restart an old id means nothing.
    let epoch = String(UInt32.random(in: .min ... .max), radix: 16)
    private let state = Mutex(State())
    private let limit: Int

    init(_ store: ViewStore, limit: Int) {
        self.limit = limit
        store.onNews { [weak self] in self?.wakeAll() }
    }

    var count: Int { state.withLock { $0.wakers.count } }
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// A stream that yields whenever there may be news; nil when there are too many readers.
    func join() -> (id: Int, wakes: AsyncStream<Void>)? {
        let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = state.withLock { state in
            guard state.wakers.count < limit, !state.isEnding else { return nil }
            state.nextID += 1
            state.wakers[state.nextID] = waker
            return state.nextID
        }
        return id.map { ($0, wakes) }
    }

    func leave(_ id: Int) {
        let waker = state.withLock { $0.wakers.removeValue(forKey: id) }
        waker?.finish()
    }

    func wakeAll() {
        let wakers = state.withLock { Array($0.wakers.values) }
        for waker in wakers { waker.yield() }
    }

    /// Every stream ends at its next turn.
    func end() {
        state.withLock { $0.isEnding = true }
        wakeAll()
    }
}
