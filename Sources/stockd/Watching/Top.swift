import ArgumentParser
import Foundation
import WebClient

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the alerts and the lag of a running daemon live, over HTTP; q quits.",
        discussion: """
            The space bar pauses the table. If the output is not a terminal, it prints once, as with --once.

            Example: stockd top --url http://127.0.0.1:8080
            """)

    @OptionGroup var connection: DaemonConnection

    @Option(help: "Seconds between two refreshes.")
    var interval = 1.0

    @Flag(help: "Print once and exit.")
    var once = false

    func validate() throws {
        guard (0.1...3_600).contains(interval) else {
            throw ValidationError("--interval: found \(interval); must be from 0.1 to 3600")
        }
    }

    func run() async throws {
        // Short, because no key is heard while a response is waited for.
        let client = try connection.client(timeoutSeconds: 3)
        let style = TerminalStyle(isColoured: Terminal.isColoured)
        do throws(WebClientFailure) {
            if once || isatty(1) == 0 || isatty(0) == 0 {
                let picture = try await DaemonPicture(client, rows: 10_000)
                let screen = TopScreen(style: style, width: nil, height: nil)
                print(screen.lines(picture).joined(separator: "\n"))
            } else {
                // Before the screen is taken over, so that a wrong token is reported in plain text.
                let first = try await DaemonPicture(client, rows: 100)
                await follow(client, first, style)
            }
        } catch {
            throw error.exit()
        }
    }

    private func follow(_ client: WebClient, _ first: DaemonPicture, _ style: TerminalStyle) async {
        let terminal = LiveTerminal()
        defer { terminal.restore() }
        var picture: DaemonPicture? = first
        var notice: String?
        var isHeld = false
        var lastAnswer = Date()
        var next = Date(timeIntervalSinceNow: interval)
        while true {
            let size = terminal.size
            let said = notice ?? (isHeld ? "paused; the space bar continues" : nil)
            let screen = TopScreen(style: style, width: size.columns, height: size.rows)
            terminal.draw(screen.lines(picture, notice: said))
            switch terminal.wait(max(0, next.timeIntervalSinceNow)) {
            case .quit: return
            case .space: isHeld.toggle()
            case .resized: continue
            case .nothing: break
            }
            guard next.timeIntervalSinceNow <= 0 else { continue }
            next = Date(timeIntervalSinceNow: interval)
            if isHeld { continue }
            do throws(WebClientFailure) {
                picture = try await DaemonPicture(client, rows: size.rows)
                notice = nil
                lastAnswer = Date()
            } catch {
                let age = TopScreen.span(-lastAnswer.timeIntervalSinceNow)
                notice = "\(error.message); the table below is \(age) old"
            }
        }
    }
}
