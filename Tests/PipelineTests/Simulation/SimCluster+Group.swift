import Inventory

/// The group's coordinator, with the eager protocol: all members give up their partitions, rejoin and get new ones.
extension SimCluster {
    static var rebalanceTimeoutMs: Int64 { 10_000 }
    static var sessionTimeoutMs: Int64 { 10_000 }

    func join(_ session: SimSession) {
        members.append(session)
        session.hasRejoined = true
        startRebalance()
    }

    func leave(_ session: SimSession) {
        guard members.contains(where: { $0 === session }) else { return }
        members.removeAll { $0 === session }
        startRebalance()
    }

    func startRebalance() {
        guard rebalancingSinceMs == nil else { return }
        rebalancingSinceMs = nowMs
        say("rebalance")
        for member in members {
            if case .assigned = member.groupEvent {
                // The member never heard of the last assignment.
                member.owned = []
                member.groupEvent = nil
            }
            member.hasRejoined = member.owned.isEmpty
            if !member.owned.isEmpty { member.groupEvent = .revoked(member.owned.map { Partition($0) }) }
        }
    }

    /// Removes a member that is thought dead; if it lives, it hears of it at its next poll.
    func evict(_ session: SimSession) {
        guard members.contains(where: { $0 === session }) else { return }
        say("evict \(session.name)")
        members.removeAll { $0 === session }
        session.groupEvent = .lost(session.owned.map { Partition($0) })
        startRebalance()
    }

    func tickGroup() {
        guard let since = rebalancingSinceMs else {
            let silent = members.first { member in
                member.diedMs.map { nowMs - $0 > Self.sessionTimeoutMs } ?? false
            }
            if let silent { evict(silent) }
            return
        }
        let isLate = nowMs - since > Self.rebalanceTimeoutMs
        for member in members where !member.hasRejoined || member.isDead {
            guard isLate else { return }
            evict(member)
        }
        rebalancingSinceMs = nil
        generation += 1
        guard !members.isEmpty else { return }
        var shares = Array(repeating: [Int32](), count: members.count)
        // Often the same shares as before, so that suspended shards are resumed.
        let rotation = random.happens(400) ? random.below(members.count) : 0
        let order = members.indices.sorted { members[$0].slot < members[$1].slot }
        for partition in topics[.input]!.indices {
            shares[order[(partition + rotation) % members.count]].append(Int32(partition))
        }
        for (index, member) in members.enumerated() {
            member.generation = generation
            member.owned = shares[index]
            member.groupEvent = .assigned(shares[index].map { Partition($0) })
            member.hasRejoined = false
            say("assign \(member.name) \(shares[index])")
        }
    }
}
