/// How often each fault strikes, in a thousand calls.
struct SimFaults {
    var isOn = true
    var poll = 0
    var question = 0
    var reader = 0
    /// How many partitions of followed topics bring nothing any more after a while.
    var deaf = 0
    var prepare = 0
    var begin = 0
    var send = 0
    var commitRefused = 0
    var commitUnknown = 0
    var abort = 0
    var rewind = 0
    /// How often a fetch repeats records that were already delivered.
    var repeats = 0
    var delayedMarkers = 0
    /// How often a message stays with the client until the end of its transaction.
    var lazySends = 0
    /// How often the worker is evicted inside a call, whichever it is.
    var evictInside = 0
    var rebalanceInside = 0
    /// The process hangs in a call while the group goes on without it.
    var stallInside = 0
    /// The call that a scripted hang happens in.
    var hangsIn = "sendOffsets"
    /// The next call of this name is met by a rebalance.
    var rebalancesIn: String?
    /// A fault that strikes at the first opportunity after the named call.
    var following: (call: String, probe: Probe)?
    /// How often records still come after the client was told of a rebalance.
    var recordsBeforeNews = 0
    /// Faults that strike at the next opportunities, so many times each.
    var scripted: [Probe: Int] = [:]
    // How often each happens, in a thousand steps of the driver.
    var kill = 0
    var rebalance = 0
    var evict = 0
    var stall = 0
    var catalog = 0
    var stop = 0

    init() {}

    /// Random rates for one history: from no faults at all to many kinds at once.
    init(_ random: inout SplitMix64) {
        let strength = random.pick([0, 1, 3, 10])
        func some(_ random: inout SplitMix64) -> Int { random.happens(500) ? 0 : random.below(12) * strength }
        poll = some(&random)
        question = some(&random)
        reader = some(&random)
        deaf = reader * 20
        prepare = some(&random) * 3
        begin = some(&random)
        send = some(&random)
        commitRefused = some(&random) * 2
        commitUnknown = some(&random) * 2
        abort = some(&random) * 4
        rewind = some(&random) * 2
        repeats = random.pick([0, 0, 30])
        delayedMarkers = some(&random) * 4
        lazySends = random.pick([0, 300, 1_000])
        evictInside = random.pick([0, 0, 0, 2, 10])
        stallInside = random.pick([0, 0, 2, 8])
        rebalanceInside = random.pick([0, 0, 5])
        recordsBeforeNews = 500
        kill = random.pick([0, 5, 20, 50])
        rebalance = random.pick([0, 5, 30])
        evict = random.pick([0, 0, 5, 15])
        stall = random.pick([0, 0, 5])
        catalog = random.pick([0, 5, 50])
        stop = random.pick([0, 0, 10])
    }
}
