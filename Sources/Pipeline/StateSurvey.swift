import Inventory
import Wire

/// Everything that lies in the state topic, in whatever layout it was written.
struct SurveyedState {
    /// The keys of the records that stand, by state partition.
    var keys: [Set<StateRecord.Key>]
    var ledgers: [StoredLedger]
    /// By state partition.
    var barriers: [StoredBarriers]
    /// All together: without keying a generation is whole when those of all partitions are there.
    var allBarriers = StoredBarriers()
    /// The greatest generation that any record has.
    var generation: UInt64 = 0

    init(partitions: Int) {
        keys = Array(repeating: [], count: partitions)
        barriers = Array(repeating: StoredBarriers(), count: partitions)
        ledgers = Array(repeating: StoredLedger(), count: partitions)
    }

    /// Every record that stands and where it lies.
    var places: Set<StatePlacement.Place> {
        var places: Set<StatePlacement.Place> = []
        for (partition, keys) in keys.enumerated() {
            for key in keys { places.insert(StatePlacement.Place(Partition(Int32(partition)), key)) }
        }
        return places
    }

    /// The barriers of the newest whole checkpoints, as the layout that stands reads them.
    func barriers(_ keyedBy: PipelineSettings.KeyedBy) -> [Partition: Barrier] {
        guard keyedBy == .product else { return allBarriers.chosen }
        return barriers.reduce(into: [:]) { all, one in all.merge(one.chosen) { $1 } }
    }

    /// The newest barrier of each input partition, whether or not its checkpoint is whole.
    var anyBarriers: [Partition: Barrier] {
        Dictionary(allBarriers.all.map { ($0.partition, $0) }) { one, other in
            one.stamp.generation < other.stamp.generation ? other : one
        }
    }

    /// The ledger of all shards, as the layout that stands reads it: without keying what is in the first
    /// partition counts before all else; otherwise each counts, and a pair may have two.
    ///
    /// What only has a tombstone in the first is looked for everywhere: without transactions a change of layout that
    /// was cut off may have deleted it there, and has written it elsewhere before.
    func gathered(_ keyedBy: PipelineSettings.KeyedBy) -> GatheredLedger {
        var gathered = GatheredLedger()
        guard keyedBy == .none, let first = ledgers.first else {
            for ledger in ledgers { gathered.add(ledger) }
            return gathered
        }
        gathered.add(first)
        for ledger in ledgers.dropFirst() { gathered.add(ledger.lacking(first)) }
        return gathered
    }
}

/// Reads all of the state topic once.
final class StateSurvey<L: Log> {
    private(set) var state: SurveyedState
    private let tools: RecoveryTools<L>
    private var reader: L.Reader?
    private var unread: UnreadRecords

    init(_ tools: RecoveryTools<L>, statePartitions: Int) {
        self.tools = tools
        unread = UnreadRecords(topic: tools.settings.stateTopic, thisRelease: tools.settings.release)
        state = SurveyedState(partitions: statePartitions)
    }

    /// Reads some more; true when everything was read.
    func advance() throws(LogFailure) -> Bool {
        if reader == nil {
            reader = try tools.log.reader(.state, state.keys.indices.map { LogSpan(Partition(Int32($0))) })
        }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            self.reader = nil
            try unread.check()
            for index in state.barriers.indices { state.barriers[index].finish() }
            state.allBarriers.finish()
            return true
        }
        for index in 0..<count { try take(reader.record(index)) }
        tools.telemetry.recovering("state", reader.progress)
        return false
    }

    private func take(_ record: LogRecord) throws(LogFailure) {
        let place = Int(record.partition.rawValue)
        do throws(StateRecordError) {
            guard let stored = try StateRecord(key: record.key, value: record.value) else {
                guard let key = StateRecord.Key(record.key) else { return }
                state.keys[place].remove(key)
                state.ledgers[place].remove(key.name)
                state.barriers[place].remove(key)
                state.allBarriers.remove(key)
                return
            }
            state.keys[place].insert(stored.key)
            state.ledgers[place].take(stored)
            state.generation = max(state.generation, stored.stamp?.generation ?? 0)
            if case .barrier(let barrier) = stored {
                unread.saw(barrier)
                state.barriers[place].take(barrier)
                state.allBarriers.take(barrier)
            }
        } catch {
            try unread.note(error, at: StateRecord.Place(record.partition, record.offset))
        }
    }
}
