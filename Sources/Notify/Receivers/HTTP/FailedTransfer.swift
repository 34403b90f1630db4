import CCurl

/// A transfer that failed before the server's answer was whole, in words.
struct FailedTransfer {
    let outcome: Outcome

    init(_ code: CURLcode, _ handle: CurlHandle, _ endpoint: Endpoint, _ settings: TransferSettings) {
        let place = endpoint.place
        let said = handle.words.isEmpty ? "" : " (\(handle.words))"
        func again(_ kind: Failure.Class, _ words: String) -> Outcome { .again(Failure(kind, words), after: nil) }
        outcome =
            switch code {
            case CURLE_OPERATION_TIMEDOUT where handle.isConnected:
                again(.timeout, "\(place) did not answer within \(settings.timeout.words)")
            case CURLE_OPERATION_TIMEDOUT:
                again(
                    .timeout,
                    "no connection to \(place) within \(settings.connectTimeout.words); check the host, the port and "
                        + "what lies between")
            case CURLE_COULDNT_RESOLVE_HOST:
                again(.connection, "there is no address for the host \(endpoint.host); check its name, and DNS")
            case CURLE_COULDNT_RESOLVE_PROXY:
                again(.connection, "there is no address for the proxy that https_proxy or http_proxy names")
            case CURLE_COULDNT_CONNECT:
                again(.connection, "nothing accepts a connection at \(place)\(said)")
            case CURLE_PEER_FAILED_VERIFICATION:
                again(
                    .connection,
                    "the certificate of \(place) is not trusted\(said); it must be valid for \(endpoint.host) and "
                        + "come from a known authority, or name its authority's file")
            case CURLE_SSL_CACERT_BADFILE:
                .misconfigured(
                    Failure(
                        .configuration,
                        "the file of certificates \(settings.caFile ?? "of the system") cannot be read; it must hold "
                            + "certificates in PEM"))
            case CURLE_SSL_CONNECT_ERROR:
                again(.connection, "\(place) and stockd agree on no TLS\(said); TLS 1.2 or newer must be spoken there")
            case CURLE_USE_SSL_FAILED:
                .misconfigured(
                    Failure(.configuration, "\(place) offers no STARTTLS; use implicit TLS, or allow plain text"))
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
                .misconfigured(Failure(.configuration, "the URL of \(place) cannot be used; check it"))
            case CURLE_ABORTED_BY_CALLBACK:
                again(.interrupted, "the request to \(place) was cancelled")
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
                again(.interrupted, "\(place) closed the connection before its answer\(said)")
            default:
                again(
                    .interrupted, "the request to \(place) failed\(said.isEmpty ? " (curl \(code.rawValue))" : said)")
            }
    }
}
