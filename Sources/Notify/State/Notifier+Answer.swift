internal import Foundation
import Inventory

extension Notifier {
    /// A receiver's answer to the notification that is under way.
    ///
    /// - Parameter jitter: from 0 to 1, by which receivers that fail together try again apart.
    public mutating func answer(_ outcome: Outcome, receiver index: Int, at now: Int64, jitter: Double) {
        guard let keys = queues[index].underWay else { return }
        queues[index].underWay = nil
        switch outcome {
        case .taken(let thread):
            queues[index].failures = 0
            queues[index].refusals = 0
            queues[index].limit = min(policies[index].mostItems, queues[index].limit * 2)
            // A thread for pairs that all had one takes the place of one that is gone.
            let replaces = keys.allSatisfy { pairs[$0]?.receivers[index].told?.thread != nil }
            for key in keys {
                note(key, index, .taken(thread: thread, replaces: replaces))
                acknowledge(key, index, thread, replaces: replaces, now)
            }
        case .again(let failure, let after):
            let isCertain = failure.kind == .connection || failure.kind == .rateLimited
            fail(index, now, Self.pause(1_000, queues[index].failures, 300_000, jitter), after)
            for key in keys { reset(key, index, isCertain: isCertain, now) }
        case .misconfigured:
            fail(index, now, Self.pause(60_000, queues[index].failures, 900_000, jitter), nil)
            for key in keys { reset(key, index, isCertain: true, now) }
        case .refused:
            // One of several is refused: smaller notifications find out which.
            queues[index].isBehind = true
            queues[index].limit = max(1, keys.count / 2)
            queues[index].refusals += 1
            queues[index].notBefore = now + min(60_000, 50 << Int64(min(queues[index].refusals, 12)))
            for key in keys {
                if keys.count == 1 { pairs[key]?.receivers[index].refusedUntil = now + Self.refusedPauseMs }
                reset(key, index, isCertain: true, now)
            }
        }
    }

    /// What became of something that was sent.
    public struct Answer: Sendable {
        enum Result: Sendable {
            case taken(thread: String?, replaces: Bool)
            /// The receiver has nothing of it, but what it had before.
            case nothing(before: Told?)
        }

        var key: Data
        var receiver: Int
        /// As it was sent; its number names it.
        var told: Told
        var result: Result
    }

    private mutating func note(_ key: Data, _ index: Int, _ result: Answer.Result) {
        guard let told = pairs[key]?.receivers[index].told else { return }
        answers.append(Answer(key: key, receiver: index, told: told, result: result))
    }

    /// Takes over answers to another notifier of this process, whose records were not committed: what is stored of
    /// them counts as sent without an answer. What others told since then has another number.
    public mutating func takeOver(_ answers: [Answer], at now: Int64) {
        for answer in answers {
            let (key, index) = (answer.key, answer.receiver)
            guard let told = pairs[key]?.receivers[index].told, told == answer.told else { continue }
            switch answer.result {
            case .taken(let thread, let replaces): acknowledge(key, index, thread, replaces: replaces, now)
            case .nothing(let before):
                pairs[key]?.receivers[index].told = before
                markDirty(key)
                evaluate(key, index, at: now)
                forgetIfSettled(key)
            }
        }
    }

    /// How long content that was refused is not sent again.
    static let refusedPauseMs: Int64 = 3_600_000

    private mutating func acknowledge(_ key: Data, _ index: Int, _ thread: String?, replaces: Bool, _ now: Int64) {
        guard var entry = pairs[key]?.receivers[index] else { return }
        entry.isUnderWay = false
        entry.before = nil
        entry.pending = nil
        guard var told = entry.told, told.level != nil else {
            pairs[key]?.receivers[index] = entry
            return forget(key, index, at: now)
        }
        told.isCertain = true
        told.acknowledged = told.level
        told.at = now
        if let thread, told.thread == nil || replaces {
            if let old = told.thread { queues[index].threads[old]?.remove(key) }
            told.thread = thread
            queues[index].threads[thread, default: []].insert(key)
        }
        entry.told = told
        pairs[key]?.receivers[index] = entry
        markDirty(key)
        evaluate(key, index, at: now)
    }

    /// The receiver shows nothing of the pair any more.
    mutating func forget(_ key: Data, _ index: Int, at now: Int64) {
        let told = pairs[key]?.receivers[index].told
        if let thread = told?.thread {
            queues[index].threads[thread]?.remove(key)
            if queues[index].threads[thread]?.isEmpty == true { queues[index].threads[thread] = nil }
        }
        pairs[key]?.receivers[index].told = nil
        pairs[key]?.receivers[index].pending = nil
        markDirty(key)
        // What began after it was over waits since then.
        let since = told?.over == nil ? now : pairs[key]?.receivers[index].wantedSince ?? now
        evaluate(key, index, at: min(since, now))
        forgetIfSettled(key)
    }

    private mutating func fail(_ index: Int, _ now: Int64, _ pauseMs: Int64, _ asked: Duration?) {
        queues[index].failures += 1
        queues[index].isBehind = true
        queues[index].notBefore = now + max(pauseMs, asked.map { Int64($0 / .milliseconds(1)) } ?? 0)
    }

    /// - Parameter isCertain: the receiver has nothing of it.
    private mutating func reset(_ key: Data, _ index: Int, isCertain: Bool, _ now: Int64) {
        guard var entry = pairs[key]?.receivers[index] else { return }
        entry.isUnderWay = false
        if isCertain {
            entry.told = entry.before
            note(key, index, .nothing(before: entry.before))
        }
        entry.before = nil
        pairs[key]?.receivers[index] = entry
        markDirty(key)
        evaluate(key, index, at: now)
        forgetIfSettled(key)
    }

    /// Doubles with each failure up to a limit; half of it is left to chance.
    private static func pause(_ first: Int64, _ failures: Int, _ limit: Int64, _ jitter: Double) -> Int64 {
        let full = min(limit, first << Int64(min(failures, 20)))
        return full / 2 + Int64(Double(full / 2) * jitter)
    }
}
