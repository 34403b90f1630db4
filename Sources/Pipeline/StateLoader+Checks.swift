import Inventory
import Wire

extension StateLoader {
    /// What the checkpoint vouches for and is not there, if anything: stock would be wrong.
    var lack: LogFailure? { missingBuckets ?? missingChunks ?? foreignRecords ?? movementLack }

    /// Why the checkpoint is not to be built upon, if so. Without transactions nobody fences a worker that was thought
    /// dead: what it may have written over is computed again from the log.
    var doubt: String? {
        guard settings.delivery == .atLeastOnce else { return nil }
        if settings.mayFollowRows, let log = stored.movementLog, log.digest == nil {
            return "an earlier release wrote down what rows moved, and without transactions it may be foreign"
        }
        return lack?.message
    }

    /// A bucket that is missing or short would be stock that is missing.
    private var missingBuckets: LogFailure? {
        let promised = cellCount
        let size = Aggregate.cellsPerBucket
        let needed = (promised + size - 1) / size
        let whole = (0..<needed).count { bucket in
            stored.bucketSizes[UInt32(bucket), default: 0] >= min(size, promised - bucket * size)
        }
        guard whole == needed else {
            return .misconfigured(
                "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) pairs, and \(whole) of "
                    + "their \(needed) buckets are there whole. Was part of the topic deleted? "
                    + "Start once with --rebuild to recompute the stock from the log.")
        }
        return nil
    }

    /// Chunks of seen ids are never deleted but in a rebuild: fewer than at the barrier are a loss, and would let
    /// an event count twice.
    private var missingChunks: LogFailure? {
        for input in inputs {
            guard let barrier = stored.barriers[input] else { continue }
            let found = stored.chunks.keys.count { if case .seen(input, _) = $0 { true } else { false } }
            guard found < Int(barrier.seenChunkCount) else { continue }
            return .misconfigured(
                "\(settings.stateTopic) is incomplete: its checkpoint names \(barrier.seenChunkCount) chunks of event "
                    + "ids of partition \(input.rawValue), and \(found) are there. Was the topic deleted and made "
                    + "anew? Start once with --rebuild to recompute the stock from the log.")
        }
        return nil
    }

    /// Other records than those the checkpoint was made of: without transactions a worker that was thought dead may
    /// write over what its successor has written.
    private var foreignRecords: LogFailure? {
        guard stored.whole > 0, let barrier = stored.barriers.values.first, barrier.digest != digest else {
            return nil
        }
        return .misconfigured(
            "\(settings.stateTopic) does not hold the records that its checkpoint \(stored.whole) was made of. Was "
                + "part of the topic deleted or written by something else? Start once with --rebuild to recompute the "
                + "stock from the log.")
    }

    /// Entries of the ledger are never deleted, and those written since the barrier only add to them.
    func checkLedger() throws(LogFailure) {
        let promised = inputs.compactMap { stored.barriers[$0]?.alertCount }.max() ?? 0
        let found = stored.ledger.alerts.count
        guard found < Int(promised) else { return }
        throw .misconfigured(
            "\(settings.stateTopic) is incomplete: its checkpoint names \(promised) published alerts, and "
                + "\(found) are there. Was the topic deleted and made anew? Start once with --rebuild "
                + "to recompute the stock from the log; alerts of which nothing is known any more, and which stand, "
                + "are then raised again, from incident 1 on.")
    }

    func checkPlacement() throws(LogFailure) {
        guard let (place, offset) = stored.misplaced.min(by: { $0.value < $1.value }) else { return }
        let hint =
            settings.delivery == .exactlyOnce
            ? ""
            : " But if a change of input.keyed_by was cut off, finish it: its new value, and --rebuild."
        throw .misconfigured(
            "\(settings.stateTopic)[\(place.partition.rawValue)] at offset \(offset.rawValue) is in another "
                + "partition than stockd would write it to: the topic's partition count was changed, so older "
                + "and newer records of one key cannot be told apart. Set state.topic and alerts.topic (and those of "
                + "outputs) to new names and start once with --rebuild; in the old alert topic every alert that "
                + "stands would be raised again." + hint)
    }
}
