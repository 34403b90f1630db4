import Inventory

/// The state of a worker's assignment. A pure value: events go in, the next state comes out, and the worker acts.
/// Only what is recovering can go live, and only what is live can be interrupted.
///
///     unassigned ─── assigned ──▶ recovering ─── recovered ──▶ running
///      ▲      │                    │   ▲                        │   │
///      │      └─▶ standby          │   └──── interrupted ───────┘   │
///      └────────── released ───────┴──────────── released ──────────┘
///
/// - `Recovery` brings the state of partitions back; `Live` is that state once it is there.
enum Assignment<Recovery, Live> {
    /// Nothing is assigned. Readers keep the last snapshot, which grows old.
    case unassigned(Unassigned)
    /// The group gave this member no partitions, so it shows nothing.
    case standby
    case recovering(Recovering)
    case running(Running)

    struct Unassigned { fileprivate init() {} }

    /// Partitions whose state is recovered. The recovery may need all partitions of the topic while other members
    /// still have some.
    struct Recovering {
        let partitions: [Partition]
        let recovery: Recovery
        fileprivate var ownership = Ownership.unchecked

        fileprivate enum Ownership {
            case unchecked
            /// Since when others are known to have some.
            case partial(sinceMs: Int64)
            case whole
        }
    }

    struct Running {
        let live: Live
        fileprivate init(_ live: Live) { self.live = live }
    }

    /// What to do once the topic's partitions are counted.
    enum Verdict: Equatable {
        case goOn
        /// Another member has some; `isNews` the first time.
        case wait(isNews: Bool)
        /// The wait was long enough: a live member has them.
        case giveUp
    }

    // MARK: Transitions

    init() { self = .unassigned(Unassigned()) }

    /// The partitions are given back, or are gone.
    mutating func release() -> Unassigned {
        self = Self()
        return Unassigned()
    }

    var live: Live? { if case .running(let running) = self { running.live } else { nil } }
}

extension Assignment.Unassigned {
    /// The group assigned partitions.
    func assigned(_ partitions: [Partition], needsAll: Bool, _ recovery: () -> Recovery) -> Assignment {
        // A worker that needs all of them and got none must report the other member.
        guard !partitions.isEmpty || needsAll else { return .standby }
        return .recovering(.init(partitions: partitions, recovery: recovery()))
    }
}

extension Assignment.Recovering {
    /// Whether the partitions are enough. A member that was killed while it joined keeps its share until its session
    /// times out, so the worker waits before it blames a live member.
    /// - Parameters:
    ///   - count: how many the topic has; asked only where it matters.
    ///   - waitMs: how long the rest is waited for.
    mutating func check(
        needsAll: Bool, _ count: () throws(SessionFailure) -> Int, nowMs: Int64, waitMs: Int64
    ) throws(SessionFailure) -> Assignment.Verdict {
        if !needsAll { return .goOn }
        if case .whole = ownership { return .goOn }
        guard partitions.count < (try count()) else {
            ownership = .whole
            return .goOn
        }
        guard case .partial(let sinceMs) = ownership else {
            ownership = .partial(sinceMs: nowMs)
            return .wait(isNews: true)
        }
        return nowMs - sinceMs > waitMs ? .giveUp : .wait(isNews: false)
    }

    /// The recovery is complete.
    func recovered(_ live: Live) -> Assignment { .running(.init(live)) }

    /// The topic was gone for a moment: what was read may be of another log.
    func restarted(_ recovery: Recovery) -> Assignment {
        .recovering(.init(partitions: partitions, recovery: recovery))
    }
}

extension Assignment.Running {
    /// Nobody knows what was committed, so the state is recovered as after a crash.
    func interrupted(_ partitions: [Partition], _ recovery: Recovery) -> Assignment {
        .recovering(.init(partitions: partitions, recovery: recovery))
    }
}
