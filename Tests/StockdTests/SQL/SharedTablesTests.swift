import ClusterSupport
import Foundation
import PostgresSupport
import TestSupport
import Testing

/// Daemons that share partitions and fill the same tables, on a real broker: the embedded one neither isolates nor
/// fences. STOCKD_TEST_KILLS sets how often each is killed.
@Suite("Tables that daemons share", .blocking, .enabled(if: TestCluster.isReal, "needs STOCKD_TEST_BROKERS"))
struct SharedTablesTests {
    private static let kills =
        ProcessInfo.processInfo.environment["STOCKD_TEST_KILLS"].flatMap { Int($0) } ?? 10

    @Test("two daemons with half of the partitions each survive being killed, with a rebalance in between")
    func killedDaemons() throws {
        let seed = SeededRandom.runSeed
        var random = SeededRandom(seed: seed)
        let tables = try SharedTables("shared", seed: seed, hasTexts: seed % 2 == 0)
        defer { tables.close() }
        let reader = ConsistentReader(tables.server, tables.database)
        defer { reader.stop() }
        do {
            for number in 0..<2 { try tables.start(number) }
            try tables.waitUntilShared(by: 2)
            for round in 0..<Self.kills {
                for number in 0..<2 {
                    try tables.send(1_000)
                    usleep(.random(in: 0..<300_000, using: &random))
                    try tables.kill(number)
                    try tables.send(500)
                    if round % 2 == 0 {
                        // The other takes the partitions over first.
                        try tables.waitUntilShared(by: 1, except: number)
                    }
                    try tables.start(number)
                    try tables.waitUntilShared(by: 2)
                }
            }
            try tables.send(1_000)
            try tables.settle()
        } catch {
            Issue.record("seed \(seed): \(error)\n\(tables.daemons.map(tables.tail).joined(separator: "\n"))")
            return
        }
        reader.stop()
        #expect(reader.faults.prefix(5) == [], "seed \(seed): \(reader.faults.count) faults")
        #expect(reader.differentSums > 20 && reader.rounds > 100)
        let differences = try tables.differences()
        #expect(differences == [], "seed \(seed)")
        #expect(try tables.changes() == tables.messages(), "seed \(seed)")
        try tables.finish()
        print(
            "shared tables: \(2 * Self.kills) kills, \(tables.market.orders.count) orders, \(reader.rounds) reads of "
                + "\(reader.differentSums) sums, \(try tables.changes().count) alert changes")
    }

    @Test("stockd and PostgreSQL are killed in turn and at once; the tables are the views again")
    func bothKilled() throws {
        let seed = SeededRandom.runSeed
        var random = SeededRandom(seed: seed)
        let server = try TestServer()
        defer { server.stop() }
        let tables = try SharedTables("both", seed: seed, server: server)
        defer { tables.close() }
        let reader = ConsistentReader(server, tables.database)
        defer { reader.stop() }
        do {
            try tables.start(0)
            try tables.waitUntilShared(by: 1)
            for round in 0..<9 {
                try tables.send(1_500)
                usleep(.random(in: 0..<500_000, using: &random))
                if round % 3 != 0 { server.crash() }
                if round % 3 != 1 { try tables.kill(0) }
                try tables.send(300)
                if round % 3 != 1 { try tables.start(0) }
                if round % 3 != 0 {
                    usleep(.random(in: 0..<2_000_000, using: &random))
                    try server.start()
                }
            }
            try tables.settle()
        } catch {
            Issue.record("seed \(seed): \(error)\n\(tables.daemons.map(tables.tail).joined(separator: "\n"))")
            return
        }
        reader.stop()
        #expect(reader.faults.prefix(5) == [], "seed \(seed): \(reader.faults.count) faults")
        #expect(try tables.differences() == [], "seed \(seed)")
        #expect(try tables.changes() == tables.messages(), "seed \(seed)")
        try tables.finish()
    }
}
