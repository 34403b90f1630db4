import Inventory

/// Where a worker stands with its partitions. A pure value: what happened goes in, what follows comes out; the worker
/// does it. Only what is recovering can go live, and only what is live can be interrupted.
///
///     unassigned ─── assigned ──▶ recovering ─── recovered ──▶ running
///      ▲      │                    │   ▲                        │   │
///      │      └─▶ standby          │   └──── interrupted ───────┘   │
///      └────────── released ───────┴──────────── released ──────────┘
///
/// - `Recovery` brings the state of partitions back; `Live` is that state once it is there.
enum Assignment<Recovery, Live> {
    /// Nothing is assigned; what readers see stays as it was, and grows old.
    case unassigned(Unassigned)
    /// The group gave this member no partitions, so that it rightly shows nothing.
    case standby
    case recovering(Recovering)
    case running(Running)

    struct Unassigned { fileprivate init() {} }

    /// Partitions whose state is read back. It may need all of the topic's, of which other members can still have
    /// some.
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

    /// What follows from counting the topic's partitions.
    enum Verdict: Equatable {
        case goOn
        /// Another member has some; `isNews` the first time.
        case wait(isNews: Bool)
        /// They were waited for long enough: it is a live member.
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
        // Who needs all of them and got none has to say that another member is in the way.
        guard !partitions.isEmpty || needsAll else { return .standby }
        return .recovering(.init(partitions: partitions, recovery: recovery()))
    }
}

extension Assignment.Recovering {
    /// Whether the partitions suffice: a member that was killed while it joined keeps its share until its session
    /// times out, so the rest is waited for a while before a live member is to blame.
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

    /// Everything is read back.
    func recovered(_ live: Live) -> Assignment { .running(.init(live)) }

    /// The topic was not there for a moment: what was read may be of another log.
    func restarted(_ recovery: Recovery) -> Assignment {
        .recovering(.init(partitions: partitions, recovery: recovery))
    }
}

extension Assignment.Running {
    /// Nobody knows what was committed: the state is read back as after a crash.
    func interrupted(_ partitions: [Partition], _ recovery: Recovery) -> Assignment {
        .recovering(.init(partitions: partitions, recovery: recovery))
    }
}
