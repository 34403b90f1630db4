import HTTPTypes
import HummingbirdCore
import Inventory
import NIOCore
import Pipeline

/// Answers requests. Whatever goes wrong is answered as a problem; nothing a client sends ends more than its
/// own request.
struct Responder: Sendable {
    let settings: WebSettings
    let source: WebSource
    let traffic: WebTraffic
    let hub: ChangeHub
    let reader: ReadThread
    let access: AccessControl
    let rate: EventRate
    let trend: AlertTrend
    let startedAt: Timestamp

    func respond(to request: Request) async -> Response {
        let target = request.uri.string
        let cut = target.firstIndex(of: "?") ?? target.endIndex
        let route = Route(path: target[..<cut])
        var response: Response
        do throws(Problem) {
            response = try await answer(request, route, target[cut...].dropFirst())
        } catch {
            response = ResponseContent(error).response
        }
        traffic.count(route?.name ?? "none", response.status.code)
        if request.method == .head { response.body = ResponseBody() }
        return response
    }

    private func answer(_ request: Request, _ route: Route?, _ query: Substring) async throws(Problem)
        -> Response
    {
        guard let route else {
            throw .notFound("there is nothing at this path; /openapi.json lists all paths")
        }
        if !route.isPublic { try access.check(request.headers, authority: request.head.authority) }
        guard request.method == .get || request.method == .head else {
            var problem = Problem(405, "Method Not Allowed", "only GET and HEAD are supported")
            problem.allow = "GET, HEAD"
            throw problem
        }
        let parameters = try Parameters(query: query)
        switch route {
        case .view(let view, let media):
            guard let media = media ?? Media(accept: request.headers[.accept]) else {
                throw Problem(
                    406, "Not Acceptable",
                    "Accept must allow application/json, text/csv or application/x-ndjson")
            }
            let content = ViewResponse(
                query: try RowQuery(view, parameters, source.ids), media: media,
                target: Self.withoutCursor(request.uri.string))
            return try await rows { model, _ in content.content(model) }
        case .changes: return try changes(request, parameters)
        default: try parameters.allow([])
        }
        switch route {
        case .product(let text):
            let id = try product(text)
            return try await rows { model, _ in try ProductResponse(id: id).content(model) }
        case .productHistory(let text):
            let response = ProductHistoryResponse(id: try product(text), isKept: source.keepsHistory, now: now)
            return try await rows { model, _ in try response.content(model) }
        case .alertHistory:
            let response = AlertHistoryResponse(samples: trend.samples, isKept: source.keepsHistory, now: now)
            return try await rows { model, _ in response.content(model) }
        case .matrix: return try await rows { model, _ in MatrixResponse().content(model) }
        case .page: return Page.shared.response()
        case .icon: return ResponseContent("image/svg+xml", Page.icon).response
        case .live: return ResponseContent("text/plain; charset=utf-8", Array("alive\n".utf8)).response
        case .ready: return Readiness(source).content.response
        case .description: return ResponseContent("application/json", Page.description).response
        case .status:
            return StatusResponse(source: source, startedAt: startedAt, eventsPerSecond: rate.perSecond)
                .content(nowMicroseconds: wallMicroseconds()).response
        default:
            return MetricsResponse(
                source: source, startedAt: startedAt, traffic: traffic.counts, streams: hub.count
            ).content(nowMicroseconds: wallMicroseconds()).response
        }
    }

    private func product(_ text: String) throws(Problem) -> ProductID {
        guard let id = source.ids.product(text) else { throw .notFound("there is no product \(text)") }
        return id
    }

    private var now: Timestamp { Timestamp(microseconds: wallMicroseconds()) }

    /// A response with rows. Only a few are in memory at once, until their clients have read them.
    private func rows(
        _ body: @escaping @Sendable (ReadModel, ViewStore.Snapshot) throws -> ResponseContent
    ) async throws(Problem) -> Response {
        guard traffic.beginResponse(limit: settings.maxResponses) else {
            throw .busy("\(settings.maxResponses) responses with rows are being made or sent; try again")
        }
        let ticket = Ticket { [traffic] in traffic.finishResponse() }
        let content: ResponseContent
        do {
            content = try await reader.read(body)
        } catch {
            throw error as? Problem ?? .busy("the daemon is stopping")
        }
        var response = content.response
        let buffer = ByteBuffer(bytes: content.bytes)
        response.body = ResponseBody(contentLength: content.bytes.count) { writer in
            try await writer.write(buffer)
            try await writer.finish(nil)
            withExtendedLifetime(ticket) {}
        }
        return response
    }

    private func changes(_ request: Request, _ parameters: Parameters) throws(Problem) -> Response {
        try parameters.allow(["tables"])
        let tables = try parameters.words("tables", ["alerts", "stock"], named: { $0 }) ?? ["alerts"]
        let number = ChangeStream.number(request.headers[.lastEventID], epoch: hub.epoch)
        let stream = ChangeStream(
            store: source.store, hub: hub, reader: reader, ids: source.ids, wantsStock: tables.contains("stock"),
            resumesAfter: number)
        var fields = ResponseContent.commonFields
        fields[.contentType] = "text/event-stream"
        // nginx may hold events back until a buffer is full.
        fields[.accelBuffering] = "no"
        if request.method == .head { return Response(status: .ok, headers: fields) }
        guard let (id, wakes) = hub.join() else {
            throw .busy("\(settings.maxStreams) readers of /v1/changes are connected; try again later")
        }
        let ticket = Ticket { [hub] in hub.leave(id) }
        return Response(
            status: .ok, headers: fields,
            body: ResponseBody { writer in
                try await stream.run(wakes, &writer)
                withExtendedLifetime(ticket) {}
            })
    }

    private static func withoutCursor(_ target: String) -> String {
        guard let cut = target.firstIndex(of: "?") else { return target }
        let kept = target[target.index(after: cut)...].split(separator: "&").filter {
            !$0.hasPrefix("cursor=")
        }
        // Angle brackets would end the link.
        let path = target[..<cut] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
        return String(path).replacing("<", with: "%3C").replacing(">", with: "%3E")
    }
}

extension HTTPField.Name {
    static let lastEventID = known("Last-Event-ID")
    static let accelBuffering = known("X-Accel-Buffering")
}
