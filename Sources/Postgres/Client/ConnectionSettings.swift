internal import CPQ

/// Where the server is, and as whom to log in.
public struct ConnectionSettings: Sendable {
    /// libpq's connection string or URI.
    public var url: String
    /// Nil: from the URL, or by libpq's own means (`PGPASSFILE`, a service file).
    public var password: String?

    public init(url: String, password: String? = nil) {
        self.url = url
        self.password = password
    }

    /// What is wrong with a connection string, as the end of a sentence; nil when libpq can read it.
    public static func problem(with url: String) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            // libpq may quote what it could not read, which may be a password.
            return "must be a connection string or URI of libpq, such as postgresql://stockd@db.example.org/orders "
                + "or host=/run/postgresql dbname=orders user=stockd"
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "password", option.pointee.val != nil {
                return "must not hold a password: give it as the credential or variable of postgres.password, or in "
                    + "libpq's password file"
            }
            option += 1
        }
        return nil
    }

    /// libpq's parameters. A later one counts, and the URL takes the place of `dbname`, so what stands before it are
    /// defaults.
    var parameters: [(keyword: String, value: String)] {
        var parameters = [
            ("fallback_application_name", "stockd"),
            // A standby would refuse every write.
            ("target_session_attrs", "read-write"),
            ("connect_timeout", "5"),
            // A server that is gone without a word is noticed within half a minute.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "4"),
            ("tcp_user_timeout", "30000"),
            ("dbname", url),
        ]
        if let password { parameters.append(("password", password)) }
        parameters.append(("client_encoding", "UTF8"))
        return parameters
    }
}
