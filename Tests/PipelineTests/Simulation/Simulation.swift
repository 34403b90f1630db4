import Inventory

@testable import Pipeline

/// One history: a seed decides the configuration, the input and every fault.
final class Simulation {
    let seed: UInt64
    let cluster: SimCluster
    private(set) var settings: PipelineSettings
    private let names: SimIDs
    private var producer: SimProducer
    private(set) var catalog: Catalog
    private(set) var reference: SimReference
    private var processes: [Process] = []
    /// How many workers there are when the input is keyed by product.
    private let keyedSlots: Int
    var slots: Int { settings.keyedBy == .product && !rebuilds.isUnderWay ? keyedSlots : 1 }
    private(set) var rebuilds = SimRebuild()
    private var eventsToCome: Int
    /// How often events come, in a thousand steps: when seldom, reference rows and rebalances make the history.
    private let eventRate: Int
    private var started = 0
    private var fencingStops = 0

    init(
        seed: UInt64, isTracing: Bool = false,
        adjust: (inout PipelineSettings, inout SimFaults) -> Void = { _, _ in }
    ) {
        self.seed = seed
        names = SimIDs(seed: seed)
        var random = SplitMix64(seed: seed)
        var settings = PipelineSettings.simulated(&random)
        var faults = SimFaults(&random)
        adjust(&settings, &faults)
        let inputs = random.within(1...3)
        let states = settings.keyedBy == .product ? inputs : random.within(1...3)
        keyedSlots = random.within(2...3)
        eventsToCome = random.within(10...120)
        eventRate = random.pick([400, 400, 400, 150, 40])
        producer = SimProducer(&random, settings, names)
        if producer.isWide {
            // So that checkpoints of many records are written while events go on.
            eventsToCome += 300
            settings.checkpointIntervalMs = Int64(random.pick([0, 30, 30, 30, 300]))
            faults.kill = max(faults.kill, 5)
        }
        rebuilds = SimRebuild(&random, &settings)
        catalog = Catalog.simulated(&random, warehouses: producer.warehouses)
        reference = SimReference(&random, settings, names)
        self.settings = settings
        cluster = SimCluster(seed: random.next(), inputs: inputs, states: states)
        cluster.faults = faults
        cluster.isTracing = isTracing
        if names.event == .text { cluster.coverage.reached(.textEventIDs) }
        if names.ofProcess.names != nil { cluster.coverage.reached(.textNames) }
        reference.write(catalog, cluster)
        cluster.say("\(settings.fingerprint) checkpoint=\(settings.checkpointIntervalMs) \(faults)")
    }

    /// Plays the history. Returns the first problem found, or nil.
    func run() -> String? {
        var calm = 0
        cluster.goOnWithout = { [unowned self] session in
            let turns = cluster.random.below(60)
            cluster.say("\(session.name) hangs")
            for _ in 0..<turns {
                cluster.advance(Int64(cluster.random.below(300)))
                startMissing()
                if cluster.random.happens(100) { produce() }
                let others = processes.filter { $0.session !== session }
                if let process = others.randomElement(using: &cluster.random) { step(process) }
            }
            cluster.say("\(session.name) wakes up")
        }
        while cluster.violation == nil, eventsToCome > 0 || calm < 20 {
            if eventsToCome == 0 { calm += 1 }
            disturb()
            if cluster.random.happens(eventRate) { produce() }
            startMissing()
            if let process = processes.randomElement(using: &cluster.random) { step(process) }
        }
        return cluster.violation ?? settle()
    }

    private func produce() {
        for _ in 0..<cluster.random.within(producer.unseen.isEmpty ? 1...8 : 1...100) where eventsToCome > 0 {
            producer.produce(cluster)
            eventsToCome -= 1
        }
    }

    // MARK: Processes

    private func startMissing() {
        rebuilds.look(&settings, cluster)
        for slot in 0..<slots
        where !processes.contains(where: { $0.session.slot == slot && !$0.session.diesWhenLost }) {
            guard !cluster.faults.isOn || cluster.random.happens(300) else { continue }
            started += 1
            let session = SimSession(cluster, name: "w\(slot).\(started)", slot: slot)
            var rows = catalog
            if cluster.faults.isOn, started > slots, cluster.random.happens(300) {
                rows = Catalog.simulated(&cluster.random, warehouses: producer.warehouses)
                cluster.coverage.reached(.restartedWithOtherCatalog)
            }
            cluster.say("\(session.name) starts")
            // A process that starts gives the texts other numbers than the one before.
            var settings = settings
            settings.ids = names.ofProcess
            processes.append(Process(session, settings, names.catalog(rows, of: settings.ids), nil, names))
            if rebuilds.isUnderWay, cluster.faults.isOn, cluster.random.happens(300) {
                session.callsToLive = cluster.random.below(100)
            }
        }
    }

    private func step(_ process: Process) {
        guard cluster.nowMs >= process.stalledUntilMs || !cluster.faults.isOn else {
            return cluster.advance(50)
        }
        do {
            if try !process.worker.step() {
                process.session.close()
                cluster.coverage.reached(.stoppedInOrder)
            }
            if !process.session.isDead, let problem = process.reader.look(cluster, process.worker.settings) {
                cluster.violated("\(process.session.name): \(problem)")
            }
        } catch {
            guard !process.session.isDead else { return bury() }
            cluster.say("\(process.session.name) stops: \(error.message)")
            if error.message.contains("again and again"), cluster.faults.isOn, fencingStops < 5 {
                fencingStops += 1
            } else {
                cluster.violated("\(process.session.name) stopped by itself: \(error.message)")
            }
            process.session.close()
        }
        bury()
    }

    private func bury() {
        for process in processes where process.session.isDead {
            if process.isRebuilding { cluster.coverage.reached(.rebuildKilled) }
            cluster.coverage.reached(.duplicate, times: process.telemetry.snapshot.input.duplicates)
            // The group learns of the death at once or when the session ends.
            if cluster.random.happens(500) { cluster.leave(process.session) }
        }
        processes.removeAll(where: \.session.isDead)
    }

    // MARK: Disturbances

    private func disturb() {
        let faults = cluster.faults
        guard let victim = processes.randomElement(using: &cluster.random) else { return }
        if cluster.random.happens(faults.kill) { victim.session.callsToLive = cluster.random.below(25) }
        if cluster.random.happens(faults.rebalance) { cluster.startRebalance() }
        let isAhead = victim.session.hasNoPosition || victim.worker.unfinishedRollback != nil
        if cluster.random.happens(isAhead ? 300 : faults.stop) {
            if victim.session.hasNoPosition { cluster.coverage.reached(.stoppedWithoutPosition) }
            if victim.worker.unfinishedRollback != nil { cluster.coverage.reached(.stoppedBeforeRollback) }
            victim.inbox.stop()
        }
        if cluster.random.happens(faults.stall) {
            victim.stalledUntilMs = cluster.nowMs + Int64(cluster.random.pick([500, 12_000]))
        }
        if cluster.random.happens(faults.evict) {
            cluster.coverage.reached(.aliveButEvicted)
            if cluster.random.happens(500) {
                cluster.coverage.reached(.replacedWhileAlive)
                victim.session.diesWhenLost = true
                victim.stalledUntilMs = cluster.nowMs + Int64(cluster.random.pick([0, 300, 3_000]))
            }
            cluster.evict(victim.session)
        }
        if cluster.random.happens(faults.catalog) {
            catalog = Catalog.simulated(&cluster.random, warehouses: producer.warehouses)
            cluster.coverage.reached(.catalogAdopted)
            reference.write(catalog, cluster)
            for process in processes where !cluster.random.happens(200) { process.adopt(catalog) }
        }
        if cluster.random.happens(20) { tidyTopics() }
        if rebuilds.mayCome, !rebuilds.isUnderWay, cluster.random.happens(25) { rebuild() }
    }

    /// The operator stops everything, mostly sets `input.keyed_by` to the other, and starts one worker with the flag.
    private func rebuild() {
        for process in processes {
            process.session.die()
            cluster.leave(process.session)
        }
        bury()
        rebuilds.begin(&settings, cluster)
    }

    // MARK: The end

    /// Ends all faults and lets every worker run until nothing is left to do.
    private func settle() -> String? {
        cluster.faults.isOn = false
        cluster.say("settling")
        producer.endTransactions(cluster)
        for process in processes {
            process.session.callsToLive = nil
            process.adopt(catalog)
            if process.session.diesWhenLost { process.session.die() }
        }
        bury()
        if let problem = comeToRest() { return problem }
        // The last checkpoints must be enough for the next start.
        if cluster.random.happens(300) {
            cluster.coverage.reached(.recoveredOnceMore)
            for process in processes { process.session.die() }
            for process in processes { cluster.leave(process.session) }
            bury()
            if let problem = comeToRest() { return problem }
        }
        let views = processes.compactMap(\.view)
        for process in processes { process.session.die() }
        bury()
        var rules = settings
        if rebuilds.mayCome { rules.keyedBy = .product }
        var checker = CommitChecker(rules, producer.written, partitions: cluster.topics[.input]!.count, names)
        for commit in cluster.commits { checker.check(commit) }
        checker.checkEnd(cluster, catalog, views)
        checker.checkReferenceLetters(reference.refused)
        cluster.coverage.add(checker.coverage)
        return cluster.violation ?? checker.problems.first
    }

    /// Runs until nothing was committed for a while. Returns what is wrong, or nil.
    private func comeToRest() -> String? {
        var quietSince = cluster.nowMs
        var commits = cluster.commits.count
        let deadline = cluster.nowMs + 600_000
        // A follower that has gone deaf is noticed within twice 30 s.
        let quietMs: Int64 = cluster.coverage[.followerDeaf] > 0 ? 90_000 : 30_000
        while cluster.violation == nil, cluster.nowMs < deadline, cluster.nowMs - quietSince < quietMs {
            startMissing()
            for process in processes { step(process) }
            // After a quiet while only time must pass, so the steps are larger.
            cluster.advance(cluster.nowMs - quietSince < 5_000 ? 200 : 1_500)
            if cluster.commits.count != commits || !isAllRead {
                commits = cluster.commits.count
                quietSince = cluster.nowMs
            }
        }
        if let violation = cluster.violation { return violation }
        guard isAllRead else { return "the group does not come to rest: \(cluster.groupOffsets)" }
        return nil
    }

    private var isAllRead: Bool {
        processes.count == slots
            && !processes.contains {
                $0.session.isRecovering() || $0.worker.reference.feeds.contains(where: \.rereads)
            }
            && cluster.topics[.input]!.indices.allSatisfy { partition in
                let position = cluster.groupOffsets[Int32(partition)] ?? 0
                return cluster.partition(.input, partition).read(
                    from: position, below: .max, max: 1
                ).records.isEmpty
            }
    }
}
