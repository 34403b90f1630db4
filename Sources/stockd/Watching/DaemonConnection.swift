import ArgumentParser
import Foundation
import Web
import WebClient

/// Which daemon is asked, and with which token.
struct DaemonConnection: ParsableArguments {
    @Option(help: "The URL of the daemon's HTTP interface.")
    var url = "http://\(WebSettings.standardAddress.host):\(WebSettings.standardAddress.port)"

    @Option(help: "Its http.token. Other users can see it here: rather use STOCKD_HTTP_TOKEN or a file.")
    var token: String?

    @Option(help: "A file that holds the token.")
    var tokenFile: String?

    func validate() throws {
        if token != nil, tokenFile != nil { throw ValidationError("give --token or --token-file, not both") }
    }

    /// - Parameter timeoutSeconds: of each request.
    func client(timeoutSeconds: Int = 10) throws -> WebClient {
        do throws(WebClientFailure) {
            return WebClient(
                try WebAddress(url), token: try secret(), timeout: .seconds(timeoutSeconds))
        } catch {
            throw error.exit()
        }
    }

    private func secret() throws(WebClientFailure) -> String? {
        var found = token
        if let tokenFile {
            guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
                throw .usage("--token-file: \(tokenFile) cannot be read: \(String(cString: strerror(errno)))")
            }
            found = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        found = found ?? ProcessInfo.processInfo.environment["STOCKD_HTTP_TOKEN"]
        guard let found, !found.isEmpty else { return nil }
        // Anything else could not be a token, and might break the header.
        guard found.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .usage("the token has a space or another character that http.token cannot have")
        }
        return found
    }
}

extension WebClientFailure {
    /// Prints what is wrong, and returns the exit code for it.
    func exit() -> ExitCode {
        printError(message)
        switch self {
        case .usage: return ExitCode(64)
        case .refused: return Exit.configuration
        case .away: return Exit.unavailable
        }
    }
}

extension WebClient {
    /// A response of status 200; any other one becomes an error.
    func ask(_ path: String, _ query: [(String, String)] = []) async throws(WebClientFailure) -> Response {
        let answer = try await get(path, query)
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.body))
        let detail = problem?.detail ?? problem?.title ?? ""
        switch answer.status {
        case 200: return answer
        case 401, 403:
            throw .refused(
                "\(address) needs the value of its http.token, and got none or a wrong one: set "
                    + "STOCKD_HTTP_TOKEN or --token-file")
        case 400: throw .usage(detail.isEmpty ? "\(address) does not understand the request" : detail)
        case 404: throw .away("\(address) has no \(path): it is not a stockd, or an older one")
        default: throw .away("\(address) answers with status \(answer.status) \(detail)")
        }
    }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
    }
}
