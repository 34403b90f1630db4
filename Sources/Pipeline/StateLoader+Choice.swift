import Inventory
import Wire

extension StateLoader {
    /// Everything was read, so that it is known which records count.
    func finishReading() {
        stored.ledger.fillGaps(from: stored.earlierLedger)
        barriers.finish()
        stored.barriers = barriers.chosen
        stored.unfinished = barriers.all
        stored.whole = barriers.whole
        stored.everything = everything()
        stored.movementLog = summaries.values.filter { $0.stamp.generation <= stored.whole }
            .max { $0.stamp.generation < $1.stamp.generation }
        // Where the next checkpoint has no movement log, it would be taken for that one's.
        for (key, summary) in summaries where summary.stamp.generation > stored.whole {
            stored.leftovers.insert(key)
        }
        for (bucket, slot, other) in cells.choose(stored.whole) {
            refuse(.cells(bucket: bucket), slot, isReplaced: other != nil)
            putBack(other, bucket)
        }
        for (name, slot, other) in chunks.choose(stored.whole) {
            refuse(name, slot, isReplaced: other != nil)
            stored.chunks[name] = other
        }
        for (number, slot, other) in movements.choose(stored.whole) {
            refuse(.movements(number: number), slot, isReplaced: other != nil)
            restore(other ?? MovementImages(number: number, known: 0, images: []))
        }
        dropLeftovers()
        setMarks()
    }

    private func refuse(_ name: StateRecord.Name, _ slot: UInt8, isReplaced: Bool) {
        if isReplaced {
            stored.replaced.insert(StateRecord.Key(name, slot: slot))
        } else {
            leave(name)
        }
    }

    /// A name that is no part of the checkpoint: the next one deletes what is there of it.
    private func leave(_ name: StateRecord.Name) {
        for slot in 0..<2 as Range<UInt8> { stored.leftovers.insert(StateRecord.Key(name, slot: slot)) }
    }

    /// Older releases left buckets beyond the count of cells.
    private func dropLeftovers() {
        for bucket in cells.newest.keys where Int(bucket) >= neededBuckets {
            leave(.cells(bucket: bucket))
            cells.drop(bucket)
            stored.bucketSizes[bucket] = nil
        }
    }

    private func setMarks() {
        for (bucket, stamp) in cells.newest { aggregate?.setMark(RecordMark(stamp), bucket: bucket) }
        for (name, stamp) in chunks.newest {
            if let place = seenPlace(name) { aggregate?.setMark(RecordMark(stamp), seen: place) }
        }
        guard settings.mayFollowRows else { return }
        for (number, stamp) in movements.newest { aggregate?.setSlot(stamp.slot, movements: number) }
    }

    func seenPlace(_ name: StateRecord.Name) -> SeenPlace? {
        guard case .seen(let input, let place) = name, let lane = inputs.firstIndex(of: input) else {
            return nil
        }
        return SeenPlace(lane: lane, place: place)
    }

    /// Everywhere that records with some keys may lie.
    func places(of keys: Set<StateRecord.Key>) -> Set<StatePlacement.Place> {
        Set(keys.flatMap { placement.places(of: $0, inputs: inputs) })
    }

    private func everything() -> Set<StateRecord.Key> {
        var names = Set(cells.newest.keys.map { StateRecord.Name.cells(bucket: $0) })
        names.formUnion(chunks.newest.keys)
        names.formUnion(movements.newest.keys.map { .movements(number: $0) })
        names.formUnion(summaries.keys.map(\.name))
        for partition in stored.ledger.positions.keys where !inputs.contains(partition) {
            names.insert(.position(partition))
        }
        let keys = names.flatMap { name in
            name.isOfCheckpoint
                ? [StateRecord.Key(name), StateRecord.Key(name, slot: 1)] : [StateRecord.Key(name)]
        }
        return Set(keys).union(barriers.keys { !inputs.contains($0) })
    }
}
