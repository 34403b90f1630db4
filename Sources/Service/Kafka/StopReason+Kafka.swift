import Kafka
import Pipeline

/// Runs a call of the Kafka module for a command and says what it was for when it fails.
func forKafka<T>(_ what: String, _ body: () throws(KafkaError) -> T) throws(StopReason) -> T {
    do throws(KafkaError) { return try body() } catch { throw StopReason(error, what) }
}

extension StopReason {
    init(_ error: KafkaError, _ what: String) {
        self.init(error.isRefusal ? .configuration : .unavailable, "\(what): \(error)")
    }
}
