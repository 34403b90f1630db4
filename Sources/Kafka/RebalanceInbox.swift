import CRDKafka

/// Keeps what callbacks report until `poll` returns it: rebalances, and that the topic is gone.
///
/// The callback never assigns by itself: librdkafka waits in WAIT_ASSIGN_CALL or WAIT_UNASSIGN_CALL, keeps
/// sending heartbeats, and raises no second rebalance until it is answered, which is how its event API works
/// as well. Only while the consumer closes does the callback answer at once.
final class RebalanceInbox {
    let topic: String
    /// Reported by the callback, not yet returned by `poll`.
    var news: Rebalance?
    /// Returned by `poll` (or still waiting), not yet answered.
    var unanswered: Rebalance?
    /// A waiting consume call may be ended early; a batch call must not be, since it would lose a message.
    var mayYield = false
    var isClosing = false
    /// The error of a topic or partition that does not exist any more, not yet thrown by `poll`.
    var topicGone: KafkaError?

    init(topic: String) { self.topic = topic }

    func install(in configuration: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(configuration) { client, code, partitions, opaque in
            guard let client, let inbox = ClientContext.of(opaque)?.rebalances else { return }
            if inbox.isClosing {
                rd_kafka_assign(client, nil)
                return
            }
            inbox.note(code, partitions, on: client)
            if inbox.mayYield { rd_kafka_yield(client) }
        }
    }

    func takeNews() -> Rebalance? {
        defer { news = nil }
        return news
    }

    func takeTopicGone() -> KafkaError? {
        defer { topicGone = nil }
        return topicGone
    }

    private func note(
        _ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
        on client: OpaquePointer
    ) {
        let partitions = OffsetList.read(list, topic: topic).map(\.partition).sorted()
        let rebalance: Rebalance =
            if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
                .assigned(partitions)
            } else if rd_kafka_assignment_lost(client) == 1 {
                .lost(partitions)
            } else {
                .revoked(partitions)
            }
        news = rebalance
        unanswered = rebalance
    }
}
