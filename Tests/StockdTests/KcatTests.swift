import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("A foreign client", .blocking)
struct KcatTests {
    private static let kcat = Program.find("kcat")

    @Test(
        "kcat reads inventory-alerts and arrives at the same alerts",
        .enabled(if: kcat != nil, "kcat is not installed: apt-get install kcat"))
    func alerts() throws {
        let seed = SeededRandom.runSeed
        let rig = try Rig("kcat", catalog: Shop.catalog)
        defer { rig.close() }
        rig.start()
        let orders = Shop.orders(500, seed: seed)
        try rig.send(orders)
        _ = try rig.settledViews()
        try rig.stop()
        let program = try Program(
            #require(Self.kcat),
            [
                "-C", "-q", "-e", "-b", rig.cluster.bootstrapServers, "-t", rig.topic(.alerts), "-o",
                "beginning",
                "-X", "isolation.level=read_committed", "-f", #"%k\t%s\n"#,
            ])
        defer { program.remove() }
        #expect(try program.exitCode() == 0)
        var book = AlertBook()
        for line in program.text.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            let value = try JSONSerialization.jsonObject(with: Data(#require(parts.last).utf8))
            try book.apply(key: String(parts[0]), #require(value as? [String: Any]))
        }
        #expect(book.faults == [], "seed \(seed)")
        #expect(book.levels == Recomputation(orders).alerts.mapValues(\.level), "seed \(seed)")
    }
}
