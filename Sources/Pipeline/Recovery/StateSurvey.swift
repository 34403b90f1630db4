import Inventory
import Wire

/// Everything in partitions of the state topic, whatever `input.topic` and `input.keyed_by` it was written with. A
/// rebuild begins with it.
struct StateSurvey {
    /// By state partition.
    private var stored: [Partition: StoredState] = [:]
    private var entries: [StateLocation: [StoredEntry]] = [:]
    /// The partition and key of each record.
    private(set) var locations: Set<StateLocation> = []

    mutating func take(
        _ key: StateRecord.Key, _ record: StateRecord?, _ writtenMs: Int64?, in partition: Partition
    ) {
        let location = StateLocation(partition: partition, key: key)
        if record == nil { locations.remove(location) } else { locations.insert(location) }
        entries[location] = nil
        switch record {
        case .entries(_, let images): entries[location] = images
        // The rebuild recomputes them from the log.
        case .ids, .movements: return
        default: break
        }
        stored[partition, default: StoredState()].take(key, record, writtenMs)
    }

    /// The stock entries as of the checkpoints.
    var entryImages: [StoredEntry] { entries.values.flatMap { $0 } }

    /// The offsets and settings of all partitions; each record is in one only.
    var offsets: StoredState {
        var all = StoredState()
        for one in stored.values { all.mergeOffsets(one) }
        return all
    }

    /// Whether any of it was written with another `input.topic` or `input.keyed_by`.
    func isOfOtherInput(than settings: PipelineSettings) -> Bool {
        stored.values.contains { $0.isOfOtherInput(than: settings) }
    }

    /// What was published of each pair, and in which state partitions.
    ///
    /// A pair has several alerts if its product's events were in two partitions though they should not, or if it has
    /// no events: every shard remembers its last incident.
    var alerts: [Pair: [(Partition, PublishedAlert)]] {
        var found: [Pair: [(Partition, PublishedAlert)]] = [:]
        for (partition, one) in stored {
            for (pair, alert) in one.alerts { found[pair, default: []].append((partition, alert)) }
        }
        return found
    }

    /// Nobody knows which of two fingerprints of a row was published last. A third one has the row published again.
    var stockFingerprints: [Pair: UInt64] { merged(\.stockFingerprints) }
    var rollupFingerprints: [ProductID: UInt64] { merged(\.rollupFingerprints) }

    private func merged<Key>(_ fingerprints: (StoredState) -> [Key: UInt64]) -> [Key: UInt64] {
        stored.values.reduce(into: [:]) { all, one in
            all.merge(fingerprints(one)) { $0 == $1 || $1 == 0 ? $0 : $0 == 0 ? $1 : ~$0 }
        }
    }
}
