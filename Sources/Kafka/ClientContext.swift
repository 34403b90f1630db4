import CRDKafka
import Logging

/// What librdkafka's callbacks reach through their opaque pointer. The client owns it; librdkafka's threads
/// use the log part, the polling thread everything else.
final class ClientContext: @unchecked Sendable {
    let settings: ClientSettings
    let connection: ConnectionMonitor
    /// The client's name once it exists, for log lines.
    let name: String
    var deliveries = DeliveryCounts()
    var rebalances: RebalanceInbox?
    private let mask: SecretMask

    init(_ settings: ClientSettings, name: String) {
        self.settings = settings
        self.name = name
        mask = SecretMask(settings.properties)
        connection = ConnectionMonitor { [onConnection = settings.onConnection] state in
            onConnection?(ConnectionChange(client: name, state: state))
        }
    }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Installs the callbacks and hands the configuration a reference that `Client` releases in the end.
    func install(in configuration: OpaquePointer) -> Unmanaged<ClientContext> {
        let retained = Unmanaged.passRetained(self)
        rd_kafka_conf_set_opaque(configuration, retained.toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let facility, let text else { return }
            ClientContext.of(rd_kafka_opaque(client))?
                .log(level, String(cString: facility), String(cString: text))
        }
        rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            guard let context = ClientContext.of(opaque) else { return }
            let code = rd_kafka_resp_err_t(rawValue: code)
            let message = reason.map { context.mask(String(cString: $0)) }
            context.noteError(KafkaError(code, message: message, on: client))
        }
        if settings.onStatistics != nil {
            rd_kafka_conf_set_stats_cb(configuration) { _, json, length, opaque in
                if let json, let context = ClientContext.of(opaque) {
                    let bytes = UnsafeRawBufferPointer(start: json, count: length)
                    context.settings.onStatistics?(String(decoding: bytes, as: UTF8.self))
                }
                return 0
            }
        }
        return retained
    }

    private func noteError(_ error: KafkaError) {
        switch rd_kafka_resp_err_t(rawValue: error.code) {
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: connection.down()
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL: connection.down(error.message)
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE: connection.failed(error.message)
        case RD_KAFKA_RESP_ERR__TIMED_OUT: connection.doubt(error.message)
        case _ where error.isTopicUnknown && rebalances != nil: rebalances?.topicGone = error
        default: write(error.isFatal ? .error : .warning, "ERROR", error.description)
        }
    }

    private func log(_ syslogLevel: Int32, _ facility: String, _ text: String) {
        if facility == "SESSTMOUT" { connection.doubt("the group's coordinator did not respond for a whole session") }
        // librdkafka logs every attempt to connect and every request that fails; `ConnectionMonitor` reports the
        // outage once.
        if Self.outageFacilities.contains(facility) { return write(.debug, facility, text) }
        let level: Logger.Level =
            switch syslogLevel {
            case ...2: .critical
            case 3: .error
            case 4: .warning
            case 5: .notice
            case 6: .info
            default: .debug
            }
        write(level, facility, text)
    }

    private static let outageFacilities: Set<String> = ["FAIL", "REQTMOUT", "SESSTMOUT"]

    private func write(_ level: Logger.Level, _ facility: String, _ text: String) {
        settings.logger.log(
            level: level, "\(mask(text))",
            metadata: ["client": .string(name), "facility": .string(facility)])
    }
}
