import Inventory
import Wire

/// Everything that stands in partitions of the state topic, whatever `input.topic` and `input.keyed_by` it was
/// written with: where a rebuild begins.
struct StateSurvey {
    /// What stands, by state partition.
    private var stored: [Partition: StoredState] = [:]
    private var entries: [StateLocation: [StoredEntry]] = [:]
    /// Where each record lies.
    private(set) var locations: Set<StateLocation> = []

    mutating func take(
        _ key: StateRecord.Key, _ record: StateRecord?, _ writtenMs: Int64?, in partition: Partition
    ) {
        let location = StateLocation(partition: partition, key: key)
        if record == nil { locations.remove(location) } else { locations.insert(location) }
        entries[location] = nil
        switch record {
        case .entries(_, let images): entries[location] = images
        // Computed anew from the log.
        case .ids, .movements: return
        default: break
        }
        stored[partition, default: StoredState()].take(key, record, writtenMs)
    }

    /// The stock entries as of the checkpoints.
    var entryImages: [StoredEntry] { entries.values.flatMap { $0 } }

    /// The offsets and settings, as if one partition held them: each record stands in one.
    var offsets: StoredState {
        var all = StoredState()
        for one in stored.values { all.mergeOffsets(one) }
        return all
    }

    /// Whether any of it was written with another `input.topic` or `input.keyed_by`.
    func isOfOtherInput(than settings: PipelineSettings) -> Bool {
        stored.values.contains { $0.isOfOtherInput(than: settings) }
    }

    /// What was published of each pair, and in which state partition that stands.
    ///
    /// There may be several: of a product whose events were in two partitions though they should not, and of one
    /// without events, whose last incident every shard remembers.
    var alerts: [Pair: [(Partition, PublishedAlert)]] {
        var found: [Pair: [(Partition, PublishedAlert)]] = [:]
        for (partition, one) in stored {
            for (pair, alert) in one.alerts { found[pair, default: []].append((partition, alert)) }
        }
        return found
    }

    /// Of two fingerprints of a row nobody knows which was published last: one that is neither has the row published
    /// again.
    var stockFingerprints: [Pair: UInt64] { merged(\.stockFingerprints) }
    var rollupFingerprints: [ProductID: UInt64] { merged(\.rollupFingerprints) }

    private func merged<Key>(_ fingerprints: (StoredState) -> [Key: UInt64]) -> [Key: UInt64] {
        stored.values.reduce(into: [:]) { all, one in
            all.merge(fingerprints(one)) { $0 == $1 || $1 == 0 ? $0 : $0 == 0 ? $1 : ~$0 }
        }
    }
}
