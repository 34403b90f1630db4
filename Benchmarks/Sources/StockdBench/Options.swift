import Foundation

/// What the command line and the environment ask for.
struct Options {
    var events = 2_000_000
    var partitions: Int32 = 6
    var pairs = 100_000
    var repetitions = 3
    var jsonPath: String?
    /// `micro`, `rows`, `growth`, `memory`, `recovery`, `e2e`, `latency`, `resident`; `postgres` and `notify` if
    /// named; `soak` alone.
    var groups: Set<String> = [
        "micro", "rows", "growth", "memory", "recovery", "e2e", "latency", "resident",
    ]
    /// A topic that an earlier run left (`--keep`), to be measured again.
    var topic: String?
    var keepsTopic = false
    /// Every so manieth event changes an alert; nil for about every two-hundredth, most of which cancel out.
    var alertEvery: Int?
    /// `bare` runs on glibc's allocator, all others on mimalloc.
    var scenarios = ["bare", "bare_mimalloc", "exactly_once"]
    /// Events a second that latency is measured at, and for how many seconds.
    var rates = [500, 1_000]
    var seconds = 20
    var latencyPairs = 10_000
    /// Nil for the embedded cluster.
    var brokers = ProcessInfo.processInfo.environment["BROKERS"].flatMap { $0.isEmpty ? nil : $0 }
    /// The part that this process plays in a parent's run.
    var child: String?
    var tag = ""
    /// When the parent started this process, by the monotonic clock.
    var spawnedNs: Int64 = 0
    /// The daemon that a soak runs.
    var program = ".build/release/stockd"

    static let usage = """
        stockd-bench [--only micro,rows,growth,memory,recovery,e2e,latency,resident] [--events N] [--partitions N]
                     [--pairs N] [--repeat N] [--scenarios bare,bare_mimalloc,exactly_once,texts,shop,checkpoint]
                     [--alert-every N] [--keep] [--topic NAME]
                     [--json FILE] [--rates N,…] [--latency-pairs N] [--seconds N]
        stockd-bench --only soak --program PATH [--seconds N]

        BROKERS=host:port measures end to end on that cluster; without it, on the embedded one, whose
        partitions keep 5 MB each: 180,000 events, whatever --events says.
        """

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--keep" {
                keepsTopic = true
                continue
            }
            guard name.hasPrefix("--"), name != "--help", let value = rest.popFirst() else {
                throw BenchFailure(Self.usage)
            }
            try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws {
        let list = value.split(separator: ",").map(String.init)
        switch (name, Int(value)) {
        case ("--events", .some(let number)) where number > 0: events = number
        case ("--partitions", .some(let number)) where 1...1_000 ~= number: partitions = Int32(number)
        case ("--pairs", .some(let number)) where number >= 10: pairs = number
        case ("--repeat", .some(let number)) where number > 0: repetitions = number
        case ("--seconds", .some(let number)) where number > 0: seconds = number
        case ("--latency-pairs", .some(let number)) where number >= 10: latencyPairs = number
        case ("--rates", _): rates = list.compactMap(Int.init)
        case ("--alert-every", .some(let number)) where number > 0: alertEvery = number
        case ("--spawned", .some(let number)): spawnedNs = Int64(number)
        case ("--json", _): jsonPath = value
        case ("--only", _): groups = Set(list)
        case ("--scenarios", _): scenarios = list
        case ("--topic", _): topic = value
        case ("--brokers", _): brokers = value
        case ("--child", _): child = value
        case ("--tag", _): tag = value
        case ("--program", _): program = value
        default: throw BenchFailure("\(name) \(value)\n\(Self.usage)")
        }
    }
}
