import Inventory
import Wire

/// Everything that lies in the state topic, in whatever layout it was written.
struct SurveyedState {
    /// The names of the records that stand, by state partition.
    var names: [Set<StateRecord.Name>]
    var ledgers: [StoredLedger]
    var barriers: [Partition: Barrier] = [:]

    init(partitions: Int) {
        names = Array(repeating: [], count: partitions)
        ledgers = Array(repeating: StoredLedger(), count: partitions)
    }

    /// Every record that stands and where it lies.
    var places: Set<StatePlacement.Place> {
        var places: Set<StatePlacement.Place> = []
        for (partition, names) in names.enumerated() {
            for name in names {
                places.insert(StatePlacement.Place(Partition(Int32(partition)), name))
            }
        }
        return places
    }

    /// The ledger of all shards, as the layout that stands reads it: without keying what is in the first
    /// partition counts before all else; otherwise each counts, and a pair may have two.
    func gathered(_ keyedBy: PipelineSettings.KeyedBy) -> GatheredLedger {
        var gathered = GatheredLedger()
        guard keyedBy == .none, var first = ledgers.first else {
            for ledger in ledgers { gathered.add(ledger) }
            return gathered
        }
        for ledger in ledgers.dropFirst() { first.fillGaps(from: ledger) }
        gathered.add(first)
        return gathered
    }
}

/// Reads all of the state topic once.
final class StateSurvey<L: Log> {
    private(set) var state: SurveyedState
    private let tools: RecoveryTools<L>
    private var reader: L.Reader?

    init(_ tools: RecoveryTools<L>, statePartitions: Int) {
        self.tools = tools
        state = SurveyedState(partitions: statePartitions)
    }

    /// Reads some more; true when everything was read.
    func advance() throws(LogFailure) -> Bool {
        if reader == nil {
            reader = try tools.log.reader(.state, state.names.indices.map { LogSpan(Partition(Int32($0))) })
        }
        guard let reader else { return false }
        guard let count = try reader.poll(waitMs: 100) else {
            self.reader = nil
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
                guard let name = StateRecord.Name(key: record.key) else { return }
                state.names[place].remove(name)
                state.ledgers[place].remove(name)
                return
            }
            state.names[place].insert(stored.name)
            state.ledgers[place].take(stored)
            if case .barrier(let barrier) = stored { state.barriers[barrier.partition] = barrier }
        } catch {
            throw .misconfigured(
                error.explained(
                    topic: tools.settings.stateTopic, at: StateRecord.Place(record.partition, record.offset),
                    thisRelease: tools.settings.release))
        }
    }
}
