import Pipeline
import Wire

/// Histories in which an operator changes `input.keyed_by` over an input that is keyed by product.
struct SimLayout {
    private(set) var mayChange = false
    /// The flag is given, and no commit has shown the new layout yet.
    private(set) var isChanging = false
    private var commitsBefore = 0

    init() {}

    init(_ random: inout SplitMix64, _ settings: inout PipelineSettings) {
        guard settings.keyedBy == .product, settings.delivery == .exactlyOnce, random.happens(300) else {
            return
        }
        mayChange = true
        if random.happens(500) { settings.keyedBy = .none }
    }

    mutating func change(_ settings: inout PipelineSettings, _ cluster: SimCluster) {
        settings.keyedBy = settings.keyedBy == .none ? .product : .none
        isChanging = true
        commitsBefore = cluster.commits.count
        settings.acceptsConfigChange = settings.keyedBy == .none && cluster.random.happens(500)
        settings.rebuilds = !settings.acceptsConfigChange
        cluster.say("input.keyed_by: \(settings.keyedBy), \(settings.rebuilds ? "rebuild" : "accepted")")
    }

    /// Once the new layout is committed, daemons start without the flag.
    mutating func look(_ settings: inout PipelineSettings, _ cluster: SimCluster) {
        guard isChanging else { return }
        let keyedBy = settings.keyedBy
        let isThere = cluster.commits[commitsBefore...].contains { commit in
            commit.records.contains { topic, record in
                guard topic == .state, case .barrier(let barrier) = CommitChecker.read(record) else {
                    return false
                }
                return barrier.settings.contains("input.keyed_by=\(keyedBy.rawValue)\n")
            }
        }
        guard isThere else { return }
        isChanging = false
        cluster.coverage.reached(keyedBy == .none ? .relaidToNone : .relaidToProduct)
        if settings.acceptsConfigChange { cluster.coverage.reached(.relaidByAccepting) }
        settings.acceptsConfigChange = false
        settings.rebuilds = false
    }
}
