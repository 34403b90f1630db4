import CRDKafka

@testable public import Kafka

/// Faults on demand.
extension EmbeddedCluster {
    /// The next requests of this kind fail with these codes, one each; 0 lets one pass.
    public func pushRequestErrors(_ api: API, _ codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        rd_kafka_mock_push_request_errors_array(cluster, api.rawValue, errors.count, errors)
    }

    /// The next request of this kind to a broker is answered late, with this code (0: successfully).
    public func pushDelayedResponse(_ api: API, code: Int32 = 0, delayMs: Int32, broker: Int32 = 1)
        throws(KafkaError)
    {
        let code = rd_kafka_resp_err_t(rawValue: code)
        try check(crdkafka_mock_push_delayed_error(cluster, broker, api.rawValue, code, delayMs), "delay \(api)")
    }

    /// From now on the brokers do not know this kind of request, like older brokers.
    public func disable(_ api: API) throws(KafkaError) {
        try check(rd_kafka_mock_set_apiversion(cluster, api.rawValue, -1, -1), "disable \(api)")
    }

    /// Forgets pushed errors.
    public func clearRequestErrors(_ api: API) { rd_kafka_mock_clear_request_errors(cluster, api.rawValue) }

    /// Delays this broker's responses; more than `socket.timeout.ms` makes requests time out.
    public func setRoundTripTime(_ milliseconds: Int32, broker: Int32 = 1) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds), "slow down broker \(broker)")
    }

    /// Closes a broker's connections and refuses new ones.
    public func setBrokerDown(_ broker: Int32 = 1) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_down(cluster, broker), "stop broker \(broker)")
    }

    public func setBrokerUp(_ broker: Int32 = 1) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_up(cluster, broker), "start broker \(broker)")
    }

    public enum Coordinator: String, Sendable { case group, transaction }

    /// Makes a broker the coordinator of a group or transactional id.
    public func moveCoordinator(of kind: Coordinator, _ key: String, to broker: Int32) throws(KafkaError) {
        try check(
            rd_kafka_mock_coordinator_set(cluster, kind.rawValue, key, broker),
            "move the coordinator of \(key)")
    }

    /// Makes a broker the leader of a partition.
    public func moveLeader(of topic: String, _ partition: Int32, to broker: Int32) throws(KafkaError) {
        try check(
            rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker),
            "move the leader of \(topic) partition \(partition)")
    }

    /// The kinds of request that faults can be pushed for, with their numbers in the protocol.
    public enum API: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case metadata = 3
        case heartbeat = 12
        case leaveGroup = 13
        case initProducerID = 22
        case addPartitionsToTxn = 24
        case addOffsetsToTxn = 25
        case endTxn = 26
        case txnOffsetCommit = 28
    }
}
