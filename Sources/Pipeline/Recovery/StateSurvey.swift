import Inventory
import Wire

/// Everything in partitions of the state topic, whatever `input.topic` and `input.keyed_by` it was written with. A
/// rebuild begins with it.
struct StateSurvey {
    /// By state partition.
    private var stored: [Partition: StoredState] = [:]
    private var entries: [StateLocation: [StoredEntry]] = [:]
    /// Records whose ids are of another kind than they are now.
    private var former: [StateLocation: FormerRow?] = [:]
    /// The partition and key of each record.
    private(set) var locations: Set<StateLocation> = []

    mutating func take(
        _ key: StateRecord.Key, _ record: StateRecord?, _ writtenMs: Int64?, in partition: Partition
    ) {
        let location = StateLocation(partition: partition, key: key)
        if record == nil { locations.remove(location) } else { locations.insert(location) }
        entries[location] = nil
        former[location] = nil
        switch record {
        case .former(_, let row): former.updateValue(row, forKey: location)
        case .entries(_, let images): entries[location] = images
        // The rebuild recomputes them from the log.
        case .ids, .movements: return
        default: break
        }
        stored[partition, default: StoredState()].take(key, record, writtenMs)
    }

    /// The stock entries as of the checkpoints.
    var entryImages: [StoredEntry] { entries.values.flatMap { $0 } }

    /// Those of one state partition.
    func entryImages(in partition: Partition) -> [StoredEntry] {
        entries.filter { $0.key.partition == partition }.flatMap(\.value)
    }

    /// What a state partition holds besides stock entries.
    func state(in partition: Partition) -> StoredState { stored[partition] ?? StoredState() }

    /// Whether `ids.product` or `ids.warehouse` has changed since: then nothing of it can be compared.
    var hasFormerIDs: Bool { !former.isEmpty }

    /// What was published under other ids, each row once.
    var formerRows: [FormerRow] {
        let rows = former.values.compactMap { $0 }
        return Dictionary(grouping: rows) { $0.with($0.published.isAlert ? .alert(PublishedAlert()) : .row(0)) }
            .map { name, rows in name.with(FormerRow.Published(merging: rows.map(\.published))) }
    }

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

extension FormerRow {
    fileprivate func with(_ published: Published) -> FormerRow {
        FormerRow(product: product, warehouse: warehouse, published: published)
    }
}

extension FormerRow.Published {
    fileprivate var isAlert: Bool { if case .alert = self { true } else { false } }

    /// What counts as published of a row of which several records stand, as it is to be taken back: an alert that
    /// stands, and a row that does.
    fileprivate init(merging all: [Self]) {
        var (alerts, fingerprint): ([PublishedAlert], UInt64) = ([], 0)
        for one in all {
            switch one {
            case .alert(let alert): alerts.append(alert)
            case .row(let own): fingerprint = max(fingerprint, own)
            }
        }
        self = alerts.isEmpty ? .row(fingerprint) : .alert(PublishedAlert.merged(alerts, now: nil))
    }
}
