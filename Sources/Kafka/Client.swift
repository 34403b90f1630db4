import CRDKafka
import Logging

/// One librdkafka instance: its handle, its callbacks' context, and an end that is bounded in time.
final class Client {
    enum Kind { case producer, consumer }

    let handle: OpaquePointer
    let context: ClientContext
    private let retainedContext: Unmanaged<ClientContext>
    private let caller = BoundedCaller()
    private(set) var isClosed = false

    /// - Parameters:
    ///   - tuned: defaults of ours that the user's properties override.
    ///   - fixed: properties that the user may not set.
    init(
        _ kind: Kind, _ role: String, _ settings: ClientSettings, tuned: [(String, String)] = [],
        fixed: [(String, String)],
        configure: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        if let problem = LibraryVersion.problem {
            throw .own(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, problem, isFatal: true)
        }
        let name = "\(settings.clientID)-\(role)"
        guard let configuration = rd_kafka_conf_new() else {
            throw .own(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "out of memory", isFatal: true)
        }
        do throws(KafkaError) {
            try Self.fill(configuration, kind, name, settings, tuned, fixed)
        } catch {
            rd_kafka_conf_destroy(configuration)
            throw error
        }
        context = ClientContext(settings, name: name)
        retainedContext = context.install(in: configuration)
        BacklogMemory.install(in: configuration)
        configure(configuration)
        let type = kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        var text = CBuffer()
        guard let handle = text.fill({ rd_kafka_new(type, configuration, $0, $1) }) else {
            let code = rd_kafka_last_error()
            // The configuration is left behind: a failed rd_kafka_new has freed the interceptors in it, and freeing
            // them again would crash.
            retainedContext.release()
            throw .own(code, SecretMask(settings.properties)(text.string), isFatal: true)
        }
        self.handle = handle
    }

    private static func fill(
        _ configuration: OpaquePointer, _ kind: Kind, _ name: String, _ settings: ClientSettings,
        _ tuned: [(String, String)], _ fixed: [(String, String)]
    ) throws(KafkaError) {
        if let problem = ClientSettings.problems(in: settings.properties).first {
            throw .own(
                RD_KAFKA_RESP_ERR__INVALID_ARG, "kafka property \(problem.key): \(problem.message)",
                isFatal: true)
        }
        let foreign = kind == .producer ? PropertyCatalogue.consumerOnly : PropertyCatalogue.producerOnly
        let user = settings.properties.filter { !foreign.contains($0.key) }.sorted { $0.key < $1.key }
        let isEmbedded = EmbeddedCluster.answers(at: settings.bootstrapServers)
        let embedded = kind == .consumer && isEmbedded ? [("check.crcs", "false")] : []
        let common = [
            ("bootstrap.servers", settings.bootstrapServers), ("client.id", name),
            ("log_level", settings.logger.logLevel <= .debug ? "7" : "6"),
            ("allow.auto.create.topics", "false"),
        ]
        for (key, value) in tuned + user.map({ ($0.key, $0.value) }) + common + fixed + embedded {
            var text = CBuffer()
            let result = text.fill { rd_kafka_conf_set(configuration, key, value, $0, $1) }
            if result != RD_KAFKA_CONF_OK {
                let reason = SecretMask(settings.properties)(text.string)
                throw .own(RD_KAFKA_RESP_ERR__INVALID_ARG, "kafka property \(key): \(reason)", isFatal: true)
            }
        }
    }

    /// Runs a call that has no time-out of its own, or none that can be trusted.
    /// - Returns: nil when the call did not come back in time; the client is lost then.
    func bounded<Result>(limitMs: Int32, _ call: @escaping (OpaquePointer) -> Result) -> Result? {
        begin(call)?.result(limitMs: limitMs)
    }

    /// Starts such a call on a thread of its own. Call `BoundedCall.result` before the next one.
    func begin<Result>(_ call: @escaping (OpaquePointer) -> Result) -> BoundedCall<Result>? {
        if caller.isAbandoned { return nil }
        let outcome = Outcome<Result>()
        let handle = handle
        caller.begin { outcome.value = call(handle) }
        return BoundedCall(caller: caller, outcome: outcome)
    }

    fileprivate final class Outcome<Value> { var value: Value? }

    /// A call never came back.
    var isLost: Bool { caller.isAbandoned }

    /// Destroys the instance. One that cannot be destroyed in time is left behind, with its context.
    /// - Returns: whether it is gone.
    @discardableResult
    func close(deadlineMs: Int32, first: @escaping (OpaquePointer) -> Void = { _ in }) -> Bool {
        if isClosed { return !isLost }
        isClosed = true
        let ended: Void? = bounded(limitMs: max(deadlineMs, 100)) { handle in
            first(handle)
            rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        }
        guard ended != nil else {
            context.settings.logger.warning(
                "a Kafka client did not stop in time; its threads keep running",
                metadata: ["client": "\(context.name)", "waited_ms": "\(deadlineMs)"])
            return false
        }
        caller.stop()
        retainedContext.release()
        return true
    }
}

/// A call that is under way on another thread.
struct BoundedCall<Result> {
    fileprivate let caller: BoundedCaller
    fileprivate let outcome: Client.Outcome<Result>

    /// Waits for its end; nil when it did not come back in time, and the client is lost.
    func result(limitMs: Int32) -> Result? { caller.wait(limitMs: limitMs) ? outcome.value : nil }
}
