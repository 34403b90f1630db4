import ClusterSupport
import Foundation
import Kafka

/// What `stockd run` needs: a configuration file, reference files and topics, all under one name.
final class Site {
    let cluster: TestCluster
    let name: String
    let admin: Admin
    private let directory: URL
    private var programs: [Program] = []

    /// - Parameters:
    ///   - settings: lines of the configuration besides the names.
    ///   - input: more settings of the input.
    ///   - reference: the settings and the number of partitions of reference topics; nil for reference files.
    ///   - brokers: the number of embedded brokers, for tests that inject faults; 0 for the tests' own cluster.
    init(
        _ stem: String, partitions: Int32, settings: String = "", kafka: String = "",
        keyedBy: String = "none", input: String = "", reference: (settings: String, partitions: Int32)? = nil,
        brokers: Int32 = 0
    ) throws {
        cluster = try TestCluster(isEmbedded: brokers > 0, brokers: max(1, brokers))
        name = TestCluster.unique(stem)
        admin = try Admin(cluster.client())
        directory = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try write("products.csv", Shop.productsFile)
        try write("warehouses.csv", Shop.warehousesFile)
        let more = reference.map { $0.settings.isEmpty ? "" : ", \($0.settings)" } ?? ""
        try write(
            "stockd.yaml",
            """
            kafka:
              brokers: \(cluster.bootstrapServers)
              group_id: \(name)
              session_timeout: 6s
              transaction_timeout: 6s
            \(kafka)
            input: {topic: \(name)-in, keyed_by: \(keyedBy)\(input)}
            dead_letters: {topic: \(name)-dlq}
            reference:
              products: {\(reference == nil ? "file: products.csv" : "topic: \(name)-products")\(more)}
              warehouses: {\(reference == nil ? "file: warehouses.csv" : "topic: \(name)-warehouses")\(more)}
            \(reference == nil ? "" : "  thresholds: {topic: \(name)-thresholds\(more)}")
            log: {format: text}
            http: {listen: ~}
            \(settings.replacing("NAME", with: name))
            """)
        var topics = ["in", "alerts", "stock", "state", "dlq", "replayed"].map { spec($0, partitions) }
        // A program can create topics on real brokers only.
        if cluster.isEmbedded { topics += [spec("redriven", 1), TopicSpec("inventory-alerts", partitions: 1)] }
        if let reference {
            topics += ["products", "warehouses", "thresholds"].map { spec($0, reference.partitions) }
        }
        try cluster.create(topics, admin)
    }

    /// A topic of this site, as the tests create it. A real broker must not delete records that say they are old.
    func spec(_ topic: String, _ partitions: Int32) -> TopicSpec {
        TopicSpec(
            "\(name)-\(topic)", partitions: partitions, replicationFactor: 1,
            config: ["state", "stock"].contains(topic) ? ["cleanup.policy": "compact"] : ["retention.ms": "-1"])
    }

    func path(_ file: String) -> String { directory.appending(path: file).path }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            at: directory.appending(path: name), withIntermediateDirectories: true)
    }

    func write(_ file: String, _ text: String) throws {
        try Data(text.utf8).write(to: directory.appending(path: file))
    }

    var configurationPath: String { directory.appending(path: "stockd.yaml").path }

    /// - Parameter variables: `STOCKD_…` variables besides the test's own.
    func run(_ variables: [String: String] = [:], flags: [String] = []) throws -> Program {
        try command("run", flags, variables)
    }

    /// One of stockd's commands that take the configuration.
    func command(
        _ name: String, _ flags: [String] = [], _ variables: [String: String] = [:]
    ) throws -> Program {
        let program = try Program(Program.stockd(), [name, "--config", configurationPath] + flags, variables)
        programs.append(program)
        return program
    }

    /// Runs another of the program's commands with this configuration, to its end.
    /// - Returns: its exit code and both of its streams.
    func result(
        of words: [String], _ variables: [String: String] = [:], within seconds: Double = 60
    ) throws -> (code: Int32, text: String) {
        let program = try Program(Program.stockd(), words + ["--config", configurationPath], variables)
        defer { program.remove() }
        let code = try program.exitCode(within: seconds)
        return (code, program.text)
    }

    func read(_ topic: String) throws -> [Message] { try cluster.read("\(name)-\(topic)", admin) }

    func close() {
        for program in programs { program.remove() }
        admin.close(deadlineMs: 1_000)
        cluster.close()
        try? FileManager.default.removeItem(at: directory)
    }
}
