import Foundation
public import Kafka
public import Logging
import Synchronization
import TestSupport

/// Where a test's topics live: a cluster inside this process, or the brokers STOCKD_TEST_BROKERS names.
public final class TestCluster: Sendable {
    public static let brokers = ProcessInfo.processInfo.environment["STOCKD_TEST_BROKERS"]
    /// Whether transactions isolate and fence; the embedded cluster only answers as if they did.
    public static var isReal: Bool { brokers != nil }

    public let bootstrapServers: String
    private let cluster: EmbeddedCluster?

    /// - Parameters:
    ///   - isEmbedded: for tests that inject faults.
    ///   - brokers: of the embedded cluster.
    public init(isEmbedded: Bool = false, brokers: Int32 = 1) throws {
        if let real = Self.brokers, !isEmbedded {
            bootstrapServers = real
            cluster = nil
        } else {
            let embedded = try EmbeddedCluster(brokers: brokers, logger: Self.logger)
            bootstrapServers = embedded.bootstrapServers
            cluster = embedded
        }
    }

    public static let logger: Logger = {
        var logger = Logger(label: "test")
        let isWanted = ProcessInfo.processInfo.environment["STOCKD_TEST_LOG"] != nil
        logger.logLevel = isWanted ? .info : .critical
        return logger
    }()

    public var isEmbedded: Bool { cluster != nil }

    /// The embedded cluster, for its faults.
    public var embedded: EmbeddedCluster {
        get throws { try cluster ?? { throw Failure("this test needs the embedded cluster") }() }
    }

    public func client(_ properties: [String: String] = [:]) -> ClientSettings {
        ClientSettings(
            bootstrapServers: bootstrapServers, clientID: "test", properties: properties, logger: Self.logger)
    }

    public func create(_ topics: [TopicSpec], _ admin: Admin) throws {
        if let cluster {
            for topic in topics { try cluster.createTopic(topic.name, partitions: topic.partitions) }
        } else {
            try admin.createTopics(topics, timeoutMs: 20_000)
        }
    }

    public func close() { cluster?.close(deadlineMs: 3_000) }

    private static let counter = Atomic(0)

    /// A name no other test and no other run has.
    public static func unique(_ stem: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(stem)-\(Int(Date().timeIntervalSince1970))-\(getpid())-\(number)"
    }
}
