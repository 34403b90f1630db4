import CRDKafka

/// The name of the calling thread, as `top -H` shows it. Without one a thread has the name of the thread that started
/// it, and Foundation's `Thread.current.name` is without effect until the starting thread goes on.
public enum ThreadName {
    /// - Parameter name: at most 15 bytes.
    public static func set(_ name: String) { crdkafka_name_thread(name) }
}
