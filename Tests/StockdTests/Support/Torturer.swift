import Foundation
import TestSupport

/// Ends, stops and replaces the daemons of a group at moments that a seed decides.
final class Torturer {
    /// One member of the group and the daemon that runs as that member.
    private struct Slot {
        let number: Int
        var daemon: Program
        /// When the stopped daemon continues; nil when it is not stopped.
        var asleepUntil: Date?
        /// A daemon that was replaced while it was stopped; it is killed a while after it wakes.
        var zombie: (daemon: Program, wakes: Date, ends: Date)?
    }

    private let site: Site
    private var random: SeededRandom
    private var slots: [Slot] = []
    private let isStatic: Bool
    private let hasTexts: Bool
    private(set) var edition = 0
    private(set) var counts: [String: Int] = [:]
    /// Longer than the group waits for a member.
    private static let sleep = 8.0..<13.0

    init(_ site: Site, seed: UInt64, daemons: Int, isStatic: Bool, hasTexts: Bool) throws {
        self.hasTexts = hasTexts
        self.site = site
        self.isStatic = isStatic
        random = SeededRandom(seed: seed)
        for number in 0..<daemons { slots.append(Slot(number: number, daemon: try start(number))) }
    }

    private func start(_ number: Int) throws -> Program {
        var variables = ["STOCKD_KAFKA_TRANSACTIONAL_ID": "\(site.name)-\(number)"]
        if isStatic { variables["STOCKD_KAFKA_GROUP_INSTANCE_ID"] = "member-\(number)" }
        let daemon = try site.run(variables)
        // Until the daemon handles signals, SIGHUP would end it.
        return try eventually("the start of daemon \(number)") {
            daemon.text.contains("starting") || !daemon.isRunning ? daemon : nil
        }
    }

    private func note(_ what: String) { counts[what, default: 0] += 1 }

    /// Looks after every daemon and sometimes disturbs one; called a few times a second.
    func turn() throws {
        for index in slots.indices { try look(after: index) }
        guard random.chance(20) else { return }
        let index = random.below(slots.count)
        guard slots[index].asleepUntil == nil else { return }
        switch random.below(12) {
        case 0..<5: try kill(index)
        case 5: for index in slots.indices where slots[index].asleepUntil == nil { try kill(index) }
        case 6..<9: sleep(index)
        case 9: try stop(index)
        default: try changeReference()
        }
    }

    /// Ends every disturbance: all daemons awake, no zombie left.
    func calmDown() throws {
        for index in slots.indices {
            if let zombie = slots[index].zombie { zombie.daemon.send(SIGKILL) }
            slots[index].zombie = nil
            if slots[index].asleepUntil != nil { slots[index].daemon.send(SIGCONT) }
            slots[index].asleepUntil = nil
        }
        try changeReference()
    }

    /// Replaces daemons that have ended: of two that share an id, one may have given up.
    func lookAfterAll() throws { for index in slots.indices { try look(after: index) } }

    /// Stops all daemons in good order.
    func finish() throws {
        for slot in slots { slot.daemon.send(SIGTERM) }
        for slot in slots {
            let code = try slot.daemon.exitCode()
            guard code == 0 else { throw Failure("a daemon ended with \(code): \(tail(slot.daemon))") }
        }
    }

    var tails: String { slots.map { "daemon \($0.number): \(tail($0.daemon))" }.joined(separator: "\n") }

    private func tail(_ daemon: Program) -> String {
        daemon.text.split(separator: "\n").suffix(25).joined(separator: "\n")
    }

    private func kill(_ index: Int) throws {
        note("killed")
        slots[index].daemon.send(SIGKILL)
        _ = try slots[index].daemon.exitCode()
        slots[index].daemon = try start(slots[index].number)
    }

    /// Stops a daemon for longer than its session time-out, so that the group goes on without it.
    private func sleep(_ index: Int) {
        note("stopped past its session")
        slots[index].daemon.send(SIGSTOP)
        slots[index].asleepUntil = Date(timeIntervalSinceNow: .random(in: Self.sleep, using: &random))
    }

    private func stop(_ index: Int) throws {
        note("ended in good order")
        slots[index].daemon.send(SIGTERM)
        let code = try slots[index].daemon.exitCode()
        guard code == 0 else { throw Failure("ended with \(code): \(tail(slots[index].daemon))") }
        slots[index].daemon = try start(slots[index].number)
    }

    private func changeReference() throws {
        note("reference rows changed")
        edition = (edition + 1) % 3
        try site.write("products.csv", Market.productsFile(edition: edition, hasTexts: hasTexts))
        for slot in slots { slot.daemon.send(SIGHUP) }
    }

    private func look(after index: Int) throws {
        let now = Date()
        if let wakes = slots[index].asleepUntil {
            if now >= wakes {
                slots[index].asleepUntil = nil
                slots[index].daemon.send(SIGCONT)
            } else if slots[index].zombie == nil, random.chance(60) {
                note("replaced while stopped")
                let zombie = slots[index].daemon
                slots[index].zombie = (
                    zombie, wakes, wakes.addingTimeInterval(.random(in: 1..<5, using: &random))
                )
                slots[index].asleepUntil = nil
                slots[index].daemon = try start(slots[index].number)
            }
        }
        try lookAfterZombie(of: index, now)
        guard !slots[index].daemon.isRunning else { return }
        let code = try slots[index].daemon.exitCode()
        // Two daemons with one id fence each other until one of them gives up, which is what it should do.
        guard code == 78, slots[index].daemon.text.contains("again and again") else {
            throw Failure("daemon \(index) ended by itself with \(code): \(tail(slots[index].daemon))")
        }
        note("gave up its id to its twin")
        slots[index].daemon = try start(slots[index].number)
    }

    private func lookAfterZombie(of index: Int, _ now: Date) throws {
        guard let zombie = slots[index].zombie else { return }
        if now >= zombie.wakes { zombie.daemon.send(SIGCONT) }
        guard now >= zombie.ends else { return }
        zombie.daemon.send(SIGKILL)
        slots[index].zombie = nil
    }
}
