import Inventory
import Testing

@testable import Pipeline
@testable import Wire

@Suite("A change of what the ids are")
struct RebuildIDsTests {
    /// What `ids.product` and `ids.warehouse` are before and after.
    struct Change: CustomStringConvertible {
        var before: (product: IDKind, warehouse: IDKind)
        var after: (product: IDKind, warehouse: IDKind)

        var description: String { "\(before) to \(after)" }

        func ids(_ kinds: (product: IDKind, warehouse: IDKind)) -> IDs {
            IDs(product: kinds.product, warehouse: kinds.warehouse)
        }
    }

    static let changes = [
        Change(before: (.integer, .integer), after: (.text, .text)),
        Change(before: (.text, .text), after: (.integer, .integer)),
        Change(before: (.integer, .text), after: (.integer, .integer)),
        Change(before: (.text, .integer), after: (.integer, .text)),
    ]

    /// Products 1 and 2, and the warehouses 1 to 3, with the ids as they are now.
    private static func catalog(_ ids: IDs) -> Catalog {
        func number(_ id: Int32, _ kind: IDKind) -> Int32 {
            guard kind == .text else { return id }
            return Array("\(id)".utf8).withUnsafeBytes { ids.names?.intern($0) } ?? -1
        }
        let plain = Scenario.catalog(warehouses: 3)
        return Catalog(
            products: plain.products.values.map {
                var product = $0
                product.id = ProductID(number(product.id.rawValue, ids.product))
                return product
            },
            warehouses: plain.warehouses.values.map {
                var warehouse = $0
                warehouse.id = WarehouseID(number(warehouse.id.rawValue, ids.warehouse))
                return warehouse
            })
    }

    private static func start(_ scenario: Scenario, _ ids: IDs) -> Simulation.Process {
        scenario.settings.ids = ids
        return scenario.start(catalog(ids))
    }

    private static func key(_ warehouse: Int, _ kinds: (product: IDKind, warehouse: IDKind)) -> String {
        let (product, place) = (
            kinds.product == .text ? #""1""# : "1", kinds.warehouse == .text ? "\"\(warehouse)\"" : "\(warehouse)"
        )
        return "{\"product_id\":\(product),\"warehouse_id\":\(place)}"
    }

    /// Alerts in two of three warehouses.
    private static func stocked(_ change: Change, _ adjust: (inout PipelineSettings) -> Void = { _ in }) throws
        -> Scenario
    {
        let scenario = Scenario()
        scenario.settings.outputs.stockLevels = true
        scenario.settings.outputs.rollup = true
        adjust(&scenario.settings)
        let process = start(scenario, change.ids(change.before))
        for (warehouse, stock) in [(1, 4), (2, 6), (3, 20)] { scenario.send("RECEIVED", stock, warehouse: warehouse) }
        try scenario.run(process)
        scenario.kill(process)
        #expect(scenario.published.filter { $0.value != nil }.count == 2)
        return scenario
    }

    /// The newest value of each key.
    private static func table(_ scenario: Scenario, _ topic: Topic) -> [String: Bool] {
        var table: [String: Bool] = [:]
        for record in scenario.cluster.topics[topic]!.flatMap(\.committedRecords) {
            table[String(decoding: record.key ?? [], as: UTF8.self)] = record.value != nil
        }
        return table
    }

    /// The stored records that stand, as a process with these ids reads them.
    private static func standing(_ scenario: Scenario, _ ids: IDs) throws -> [StateRecord] {
        var newest: [[UInt8]: StateRecord] = [:]
        for record in scenario.cluster.partition(.state, 0).committedRecords {
            let key = try #require(record.key)
            newest[key] = try key.withUnsafeBytes { key in
                try record.value?.withUnsafeBytes { try StateRecord(key: key, value: $0, ids) } ?? nil
            }
        }
        return Array(newest.values)
    }

    @Test("A change stops the worker, names the setting, and cannot be accepted.", arguments: changes, [false, true])
    func stops(change: Change, accepts: Bool) throws {
        let scenario = try Self.stocked(change)
        let commits = scenario.cluster.commits.count
        scenario.settings.acceptsConfigChange = accepts
        let ids = change.ids(change.after)
        scenario.settings.ids = ids
        let stop = scenario.stop(Self.catalog(ids))
        #expect(stop?.kind == .configuration)
        let name = change.before.product != change.after.product ? "ids.product" : "ids.warehouse"
        #expect(stop?.says(name, "--rebuild") == true, "\(stop?.message ?? "")")
        #expect(stop?.says("--accept-config-change") == false, "\(stop?.message ?? "")")
        #expect(scenario.cluster.commits.count == commits)
    }

    @Test("A change of ids.event alone stops the worker, too, and a rebuild publishes nothing again.")
    func events() throws {
        let change = Change(before: (.integer, .integer), after: (.integer, .integer))
        let scenario = try Self.stocked(change)
        scenario.settings.ids = IDs(event: .text)
        let stop = scenario.stop(Scenario.catalog(warehouses: 3))
        #expect(stop?.says("ids.event", "text", "--rebuild") == true, "\(stop?.message ?? "")")
        scenario.settings.rebuilds = true
        let process = scenario.start(Scenario.catalog(warehouses: 3))
        scenario.send("RECEIVED", 4, warehouse: 1, id: 1)
        try scenario.run(process)
        #expect(process.telemetry.snapshot.input.duplicates == 1, "the rebuilt window holds the ids as texts")
        #expect(scenario.alerts.count == 2)
        #expect(scenario.lines.lines.contains { $0.contains("differed=0 logged=0 pairs=3 ") })
    }

    @Test(
        "With --rebuild the former alerts are resolved under their old keys, and the new ones raised.",
        arguments: changes)
    func rebuild(change: Change) throws {
        let scenario = try Self.stocked(change)
        scenario.settings.rebuilds = true
        let process = Self.start(scenario, change.ids(change.after))
        // The log has integers, which are texts of their digits.
        try scenario.run(process)
        let (old, new) = (
            [1, 2].map { Self.key($0, change.before) }, [1, 2].map { Self.key($0, change.after) }
        )
        #expect(scenario.published == [old[0]: nil, old[1]: nil, new[0]: "LOW", new[1]: "WARNING"])
        #expect(
            scenario.alerts.sorted() == [
                "RAISED LOW 4 1", "RAISED LOW 4 1", "RAISED WARNING 6 1", "RAISED WARNING 6 1", "RESOLVED - - 1",
                "RESOLVED - - 1",
            ])
        let table = Self.table(scenario, .stockLevels)
        for warehouse in 1...3 {
            #expect(table[Self.key(warehouse, change.before)] == false)
            #expect(table[Self.key(warehouse, change.after)] == true)
        }
        func product(_ kind: IDKind) -> String { kind == .text ? #"{"product_id":"1"}"# : #"{"product_id":1}"# }
        let rollup = Self.table(scenario, .rollup)
        #expect(rollup[product(change.after.product)] == true)
        #expect(rollup.count == (change.before.product == change.after.product ? 1 : 2))
        let ids = change.ids(change.after)
        for record in try Self.standing(scenario, ids) {
            if case .former = record { Issue.record("\(record) is left") }
        }
        // The next start has nothing to say.
        scenario.kill(process)
        scenario.settings.rebuilds = false
        let commits = scenario.alerts.count
        let next = Self.start(scenario, ids)
        scenario.send("RECEIVED", 1, warehouse: 3)
        try scenario.run(next)
        #expect(scenario.alerts.count == commits)
        #expect(Self.table(scenario, .rollup)[product(change.after.product)] == true)
    }

    @Test("In the upsert format the former alerts are deleted.", arguments: changes)
    func upserts(change: Change) throws {
        let scenario = try Self.stocked(change) { $0.alertFormat = .upsert }
        scenario.settings.rebuilds = true
        try scenario.run(Self.start(scenario, change.ids(change.after)))
        let table = Self.table(scenario, .alerts)
        #expect(table.count == 4)
        for warehouse in 1...2 {
            #expect(table[Self.key(warehouse, change.before)] == false)
            #expect(table[Self.key(warehouse, change.after)] == true)
        }
    }

    @Test("Of a former row with several records one counts that stands.")
    func severalRecords() {
        var survey = StateSurvey()
        func take(_ published: FormerRow.Published, _ kind: UInt8, in partition: Int32) {
            let key = StateRecord.Key.former([kind])
            let row = FormerRow(product: .integer(1), warehouse: .integer(2), published: published)
            survey.take(key, .former(key, row), nil, in: Partition(partition))
        }
        take(.alert(PublishedAlert(level: AlertLevel.allCases[0], incident: 1)), 1, in: 0)
        take(.alert(PublishedAlert(incident: 2)), 1, in: 1)
        for (partition, fingerprint) in [UInt64](arrayLiteral: 0, 5, 9).enumerated() {
            take(.row(fingerprint), 2, in: Int32(partition))
        }
        let published = survey.formerRows.map(\.published)
        #expect(published.count == 2 && published.contains(.row(9)))
        #expect(
            published.contains {
                guard case .alert(let alert) = $0 else { return false }
                return alert.level == AlertLevel.allCases[0] && alert.incident == 2
            })
    }

    @Test("A rebuild that is killed at any call ends the former alerts once.")
    func killed() throws {
        for calls in stride(from: 1, to: 60, by: 3) {
            let change = Self.changes[0]
            let scenario = try Self.stocked(change)
            scenario.settings.rebuilds = true
            let ids = change.ids(change.after)
            scenario.settings.ids = ids
            scenario.die(Self.catalog(ids), after: calls)
            // The new state may be committed already.
            try scenario.run(Self.start(scenario, change.ids(change.after)), steps: 400)
            #expect(scenario.alerts.filter { $0.hasPrefix("RESOLVED") }.count == 2, "killed after \(calls) calls")
            #expect(scenario.published.filter { $0.value != nil }.count == 2, "killed after \(calls) calls")
        }
    }
}
