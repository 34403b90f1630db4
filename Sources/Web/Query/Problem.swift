/// Why a request is not answered: a problem of RFC 9457, for whoever wrote the request.
struct Problem: Error, Equatable {
    var status: Int
    var title: String
    var detail: String
    /// The parameter that is wrong, what was found and what would be right.
    var parameter: String?
    var found: String?
    var expected: String?
    /// Seconds after which trying again may help.
    var retryAfter: Int?
    /// The methods that are allowed, for 405.
    var allow: String?

    init(_ status: Int, _ title: String, _ detail: String) {
        self.status = status
        self.title = title
        self.detail = detail
    }

    /// A parameter with a value it cannot have.
    static func value(_ parameter: String, _ found: String, _ expected: String) -> Problem {
        var problem = Problem(
            400, "Bad Request",
            "\(parameter): found \"\(shortened(found))\"; must be \(expected)")
        problem.parameter = parameter
        problem.found = shortened(found)
        problem.expected = expected
        return problem
    }

    /// An unknown parameter.
    static func unknown(_ parameter: String, known: [String]) -> Problem {
        let expected = known.isEmpty ? "no parameter at all" : "one of " + known.sorted().joined(separator: ", ")
        var problem = Problem(
            400, "Bad Request",
            "there is no parameter \"\(shortened(parameter))\" here; must be \(expected)")
        problem.parameter = shortened(parameter)
        problem.expected = expected
        return problem
    }

    static func notFound(_ what: String) -> Problem { Problem(404, "Not Found", what) }

    static func busy(_ what: String) -> Problem {
        var problem = Problem(503, "Service Unavailable", what)
        problem.retryAfter = 1
        return problem
    }

    /// At most 100 characters are repeated, control characters escaped.
    private static func shortened(_ text: String) -> String {
        var short = ""
        for scalar in text.unicodeScalars.prefix(100) {
            short +=
                scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text.unicodeScalars.count > 100 ? short + "…" : short
    }
}
