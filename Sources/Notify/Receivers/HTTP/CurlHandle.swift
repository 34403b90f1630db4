import CCurl
import Synchronization

/// One libcurl handle. It owns all of libcurl's pointers and keeps its connection between transfers.
///
/// One thread uses it; `cancel` may be called from any.
final class CurlHandle {
    /// What a transfer brings, bounded.
    struct Received {
        static let mostKept = 64 << 10
        static let mostTaken = 1 << 20

        var body: [UInt8] = []
        var taken = 0
        var retryAfter: String?

        var isTooLong: Bool { taken > Self.mostTaken }
    }

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let curl: UnsafeMutableRawPointer
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let isCancelled = Atomic<Bool>(false)
    private var lists: [UnsafeMutablePointer<curl_slist>?] = []
    private var upload: ArraySlice<UInt8> = []
    private var deadline = ContinuousClock.now
    private(set) var received = Received()
    private(set) var dialogue = MailDialogue()

    init() {
        guard Self.isReady, let curl = curl_easy_init() else {
            preconditionFailure("libcurl cannot be used: it gives no handle")
        }
        self.curl = curl
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(curl)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    /// Makes the transfer that is under way, or else the next one, end soon.
    func cancel() { isCancelled.store(true, ordering: .releasing) }

    /// Whether a cancel was asked for and no send has ended by it yet.
    var isCancelPending: Bool { isCancelled.load(ordering: .acquiring) }

    /// libcurl's own time-out does not count the farewell to a mail server, which may be as silent as before.
    private var mustEnd: Bool { isCancelPending || ContinuousClock.now > deadline }

    /// Called when a send ends.
    func forgetCancel() { isCancelled.store(false, ordering: .releasing) }

    // MARK: Options

    /// Forgets the options of the transfer before, and sets those that every one has.
    func reset(_ settings: TransferSettings) {
        curl_easy_reset(curl)
        for list in lists { curl_slist_free_all(list) }
        lists = []
        upload = []
        received = Received()
        dialogue = MailDialogue()
        errorText.pointee = 0
        deadline = .now + settings.timeout + .milliseconds(500)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds)
        set(CURLOPT_TIMEOUT_MS, settings.timeout.milliseconds)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = settings.caFile {
            set(CURLOPT_CAINFO, file)
            ccurl_set_string(curl, CURLOPT_CAPATH, nil)
        }
        ccurl_set_pointer(curl, CURLOPT_ERRORBUFFER, errorText)
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [
            CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_DEBUGDATA, CURLOPT_XFERINFODATA,
        ] {
            ccurl_set_pointer(curl, option, context)
        }
        set(CURLOPT_NOPROGRESS, 0)
        ccurl_set_progress_function(curl, Self.progress)
        ccurl_set_data_function(curl, CURLOPT_WRITEFUNCTION, Self.write)
    }

    func set(_ option: CURLoption, _ value: Int) { ccurl_set_long(curl, option, value) }

    func set(_ option: CURLoption, _ value: String) { ccurl_set_string(curl, option, value) }

    func set(_ option: CURLoption, _ values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values { list = curl_slist_append(list, value) }
        lists.append(list)
        ccurl_set_list(curl, option, list)
    }

    /// Makes it a POST to an HTTP server.
    func allowHTTP() {
        ccurl_allow_only_http(curl)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_POST, 1)
        ccurl_set_data_function(curl, CURLOPT_HEADERFUNCTION, Self.header)
    }

    /// Makes it a mail, whose dialogue is followed.
    func allowMail(_ message: [UInt8]) {
        ccurl_allow_only_smtp(curl)
        ccurl_allow_refused_recipients(curl)
        upload = message[...]
        set(CURLOPT_UPLOAD, 1)
        ccurl_set_data_function(curl, CURLOPT_READFUNCTION, Self.read)
        set(CURLOPT_VERBOSE, 1)
        ccurl_set_debug_function(curl, Self.debug)
    }

    // MARK: The transfer

    /// Waits for the end. A body is for POST only: it would make a mail something else.
    func perform(_ body: [UInt8] = []) -> CURLcode {
        body.withUnsafeBytes { body in
            if let start = body.baseAddress, !body.isEmpty {
                ccurl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                ccurl_set_pointer(curl, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: start))
            }
            let code = curl_easy_perform(curl)
            return code == CURLE_ABORTED_BY_CALLBACK && !isCancelPending ? CURLE_OPERATION_TIMEDOUT : code
        }
    }

    /// What libcurl says of the transfer that failed.
    var words: String { CleanText.of(String(cString: errorText)) }
    var status: Int { ccurl_long(curl, CURLINFO_RESPONSE_CODE) }
    /// Whether the transfer got beyond its connection.
    var isConnected: Bool {
        ccurl_seconds(curl, CURLINFO_PRETRANSFER_TIME) > 0 || ccurl_seconds(curl, CURLINFO_APPCONNECT_TIME) > 0
    }
    var redirect: String? { ccurl_string(curl, CURLINFO_REDIRECT_URL).map { String(cString: $0) } }

    // MARK: What libcurl calls

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlHandle? {
        context.map { Unmanaged<CurlHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let write: ccurl_data_function = { data, size, count, context in
        guard let data, let handle = from(context) else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
        handle.received.taken += bytes.count
        handle.received.body.append(contentsOf: bytes.prefix(Received.mostKept - handle.received.body.count))
        return handle.received.isTooLong ? 0 : bytes.count
    }

    private static let header: ccurl_data_function = { data, size, count, context in
        guard let data, let handle = from(context) else { return 0 }
        let line = String(decoding: UnsafeRawBufferPointer(start: data, count: size * count), as: UTF8.self)
        if let value = RetryAfter.value(ofLine: line) { handle.received.retryAfter = value }
        return size * count
    }

    private static let read: ccurl_data_function = { data, size, count, context in
        guard let data, let handle = from(context) else { return 0 }
        let part = handle.upload.prefix(size * count)
        UnsafeMutableRawBufferPointer(start: data, count: size * count).copyBytes(from: part)
        handle.upload = handle.upload.dropFirst(part.count)
        return part.count
    }

    private static let debug: curl_debug_callback = { _, kind, data, count, context in
        guard let data, let handle = from(context) else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: data, count: count)
        if kind == CURLINFO_HEADER_OUT { handle.dialogue.sent(bytes) }
        if kind == CURLINFO_HEADER_IN { handle.dialogue.heard(bytes) }
        return 0
    }

    private static let progress: curl_xferinfo_callback = { context, _, _, _, _ in
        from(context)?.mustEnd == true ? 1 : 0
    }
}

extension Duration {
    /// At least 1: libcurl takes 0 for no limit.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: min(seconds, 86_400) * 1_000 + attoseconds / 1_000_000_000_000_000))
    }

    /// For sentences: `5 s`, `0.2 s`.
    var words: String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
    }
}
