/// How long to wait before trying again, and how often fencing is tolerated.
struct Backoff {
    /// What is tried again, with the text to log when it works.
    enum Subject: String {
        case broker = "the broker answers again"
        case transaction = "transactions commit again"
    }

    private var failures: [Subject: Int] = [:]
    private var fencings: [Int64] = []

    /// 50 ms, doubling to 5 s.
    mutating func delayMs(_ subject: Subject) -> Int64 {
        let count = failures[subject, default: 0]
        failures[subject] = count + 1
        return min(5_000, 50 << Int64(min(count, 7)))
    }

    /// Whether it failed more than once in a row.
    func isTried(_ subject: Subject) -> Bool { failures[subject, default: 0] > 1 }

    mutating func reset(_ subject: Subject, _ telemetry: Telemetry) {
        guard failures[subject] != nil else { return }
        failures[subject] = nil
        telemetry.worksAgain(subject.rawValue)
    }

    /// A fencing now and then is a handover; several within a minute are two owners of one id.
    mutating func toleratesFencing(nowMs: Int64) -> Bool {
        fencings.removeAll { nowMs - $0 > 60_000 }
        fencings.append(nowMs)
        return fencings.count <= 3
    }
}
