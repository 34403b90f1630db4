import Wire

/// Of each name of one kind of checkpoint records the newest one read, and the other of the two as long as the
/// newest may be part of a checkpoint that never became whole.
///
/// The records of a name lie in one state partition and are read in the order they were written in.
struct Editions<Name: Hashable, Content> {
    private(set) var newest: [Name: Stamp] = [:]
    private var others: [Name: (stamp: Stamp, content: Content)] = [:]

    /// Takes a record that replaces what is known of its name.
    /// - Parameters:
    ///   - whole: the newest generation known to be whole.
    ///   - content: reads what there is of the name before the record replaces it.
    mutating func take(_ name: Name, _ stamp: Stamp, whole: UInt64, content: () -> Content) {
        let before = newest.updateValue(stamp, forKey: name)
        if stamp.generation <= whole {
            others[name] = nil
        } else if let before, before.slot != stamp.slot {
            others[name] = (before, content())
        }
    }

    /// A record was deleted.
    /// - Returns: whether it was the newest of its name, and what stands instead then.
    mutating func remove(_ name: Name, slot: UInt8) -> (wasNewest: Bool, other: Content?) {
        if others[name]?.stamp.slot == slot { others[name] = nil }
        guard let stamp = newest[name], stamp.slot == slot else { return (false, nil) }
        let other = others.removeValue(forKey: name)
        newest[name] = other?.stamp
        return (true, other?.content)
    }

    /// A generation is whole: what is not beyond it needs no other.
    mutating func settle(_ whole: UInt64) {
        others = others.filter { newest[$0.key].map { $0.generation > whole } ?? false }
    }

    /// Everything was read: goes back to the other record where the newest is beyond what is whole.
    /// - Returns: the names and slots of the records that do not count, with what counts instead.
    mutating func choose(_ whole: UInt64) -> [(name: Name, slot: UInt8, content: Content?)] {
        var refused: [(name: Name, slot: UInt8, content: Content?)] = []
        for (name, stamp) in newest where stamp.generation > whole {
            let other = others[name].flatMap { $0.stamp.generation <= whole ? $0 : nil }
            refused.append((name, stamp.slot, other?.content))
            newest[name] = other?.stamp
        }
        others = [:]
        return refused
    }

    /// What is there is not part of any checkpoint.
    mutating func drop(_ name: Name) { newest[name] = nil }
}
