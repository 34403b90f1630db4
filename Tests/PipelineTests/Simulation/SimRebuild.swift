import Pipeline
import Wire

/// Histories in which an operator rebuilds the state, with another `input.keyed_by` or the same. The input is keyed by
/// product in all of them.
struct SimRebuild {
    private(set) var mayCome = false
    /// Daemons start with the flag, and no commit has written the new state yet.
    private(set) var isUnderWay = false
    private var commitsBefore = 0
    private var isOfOtherKeying = false

    init() {}

    init(_ random: inout SplitMix64, _ settings: inout PipelineSettings) {
        guard settings.keyedBy == .product, random.happens(350) else { return }
        mayCome = true
        if random.happens(500) { settings.keyedBy = .none }
    }

    mutating func begin(_ settings: inout PipelineSettings, _ cluster: SimCluster) {
        isOfOtherKeying = cluster.random.happens(700)
        if isOfOtherKeying { settings.keyedBy = settings.keyedBy == .none ? .product : .none }
        isUnderWay = true
        commitsBefore = cluster.commits.count
        settings.rebuilds = true
        cluster.say("rebuild with input.keyed_by: \(settings.keyedBy)")
    }

    /// Once the new state is committed, daemons start without the flag.
    mutating func look(_ settings: inout PipelineSettings, _ cluster: SimCluster) {
        guard isUnderWay else { return }
        let keyedBy = settings.keyedBy
        let isThere = cluster.commits[commitsBefore...].contains { commit in
            commit.records.contains { topic, record in
                guard topic == .state, case .checkpoint(let checkpoint) = CommitChecker.read(record) else {
                    return false
                }
                return checkpoint.settings.contains("input.keyed_by=\(keyedBy.rawValue)\n")
            }
        }
        guard isThere else { return }
        isUnderWay = false
        settings.rebuilds = false
        cluster.coverage.reached(
            !isOfOtherKeying ? .rebuiltAlike : keyedBy == .none ? .rebuiltToNone : .rebuiltToProduct)
    }
}
