import Foundation
import Inventory
import Mustache

/// What people read of a notification: a title, and a line for each item. Both are mustache templates.
///
/// | Variable | Text | Missing when |
/// | --- | --- | --- |
/// | `product`, `warehouse` | name and id: `Laptop Stand (3)`; `product 3` without a name | never |
/// | `product_id`, `warehouse_id` | the id | never |
/// | `product_name`, `warehouse_name`, `category` | as in the alert message | it has none |
/// | `stock`, `threshold` | as in the alert message, with commas: `1,214` | the row is gone |
/// | `level` | `oversold by 5`, `out of stock`, `critical`, `low`, `warning`; `over` | never |
/// | `previous_level` | the same, of what was told before | nothing was told before |
/// | `change` | `began`, `escalated`, `eased`, `ended` or `reminder` | never |
/// | `news` | level and change: `critical, was low` | never |
/// | `began`, `ended` | times in RFC 3339, in UTC | `ended`: the alert stands |
/// | `duration` | `2 h 5 min` | it is under a minute |
/// | `link` | where the page shows the product | `pageURL` is nil |
/// | `over` | for `{{#over}}…{{/over}}`: the alert is over | the alert stands |
/// | `count`, `summary` | items of the notification: `6`; `2 out of stock, 3 low, 1 over` | in a line |
/// | `several` | for sections: the notification has more than one item | it has one, and in a line |
///
/// In the title the first kind of variables is that of the first, most urgent item. `{{#x}}…{{/x}}` shows what is
/// between when there is an `x`, `{{^x}}…{{/x}}` when there is none. Data is escaped for the receiver, also in
/// `{{{x}}}`; what the template says itself is not, so that a template may use Slack's marks.
public struct Texts: Sendable {
    public static let defaultTitle = """
        {{#several}}{{count}} stock alerts: {{summary}}{{/several}}{{^several}}{{product}}: {{news}}{{/several}}
        """
    public static let defaultLine = """
        {{product}}, {{warehouse}}: {{news}}{{#stock}}; stock {{stock}}{{/stock}}\
        {{#threshold}}, threshold {{threshold}}{{/threshold}}{{#duration}}, for {{duration}}{{/duration}}\
        {{#link}} {{link}}{{/link}}
        """
    /// The default texts, without a link.
    public static let standard: Texts = {
        do {
            return try Texts()
        } catch {
            preconditionFailure("the default texts are wrong: \(error)")
        }
    }()

    /// For whom data is escaped.
    enum Format: Sendable {
        case plain
        case slack
    }

    /// The most UTF-16 units of a title and of a line.
    static let mostOfTitle = 250
    static let mostOfLine = 2_000

    /// Whether the lines are the default's.
    let hasDefaultLine: Bool
    private let title: MustacheTemplate
    private let line: MustacheTemplate
    private let pageURL: String?

    /// - Parameter pageURL: the address of stockd's page; nil: texts have no link.
    public init(
        title: String = Self.defaultTitle, line: String = Self.defaultLine, pageURL: String? = nil
    ) throws(ReceiverSettingsError) {
        self.title = try TextTemplate.parse(title, setting: "title")
        self.line = try TextTemplate.parse(line, setting: "line")
        hasDefaultLine = line == Self.defaultLine
        if let pageURL {
            _ = try Endpoint(pageURL, setting: "page_url")
            guard !pageURL.contains("#") else {
                throw ReceiverSettingsError("page_url", "must not hold a #; the product is added to its query")
            }
        }
        self.pageURL = pageURL
    }

    /// One line, without controls.
    func title(of notification: Notification, _ format: Format = .plain) -> String {
        guard let first = notification.items.first else { return "" }
        var values = values(of: first, at: notification.time, format)
        values["count"] = Words.grouped(notification.items.count)
        values["summary"] = Words.counts(notification.items)
        if notification.items.count > 1 { values["several"] = true }
        return finish(title.render(values), most: Self.mostOfTitle, format)
    }

    /// One line, without controls.
    func line(of item: Notification.Item, at time: Date, _ format: Format = .plain) -> String {
        finish(line.render(values(of: item, at: time, format)), most: Self.mostOfLine, format)
    }

    /// The lines of the first items, as many as fit, and one that counts the others.
    ///
    /// - Parameter mostUnits: of all lines with their ends, in UTF-16.
    func lines(
        of items: [Notification.Item], at time: Date, _ format: Format = .plain, most: Int, mostUnits: Int = .max
    ) -> [String] {
        var lines: [String] = []
        var units = 0
        for item in items.prefix(most) {
            let line = line(of: item, at: time, format)
            units += line.utf16.count + 1
            guard units <= mostUnits else { break }
            lines.append(line)
        }
        let rest = items.dropFirst(lines.count)
        if !rest.isEmpty { lines.append("and \(Words.grouped(rest.count)) more: \(Words.counts(rest))") }
        return lines
    }

    /// Where the page shows the product.
    func link(to alert: Alert) -> String? {
        guard let pageURL else { return nil }
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        let id = CleanText.of(alert.productID)
        guard let product = id.addingPercentEncoding(withAllowedCharacters: unreserved) else { return nil }
        return pageURL + (pageURL.contains("?") ? "&" : "?") + "product=" + product
    }

    private func values(of item: Notification.Item, at time: Date, _ format: Format) -> [String: Any] {
        let alert = item.alert
        var texts: [String: String] = [
            "product": Words.product(alert), "warehouse": Words.warehouse(alert),
            "product_id": alert.productID, "warehouse_id": alert.warehouseID,
            "level": Words.level(of: item), "change": item.change.rawValue, "news": Words.news(of: item),
            "began": Words.time(item.began),
        ]
        texts["product_name"] = alert.productName
        texts["warehouse_name"] = alert.warehouseName
        texts["category"] = alert.category
        texts["stock"] = alert.currentStock.map { Words.grouped($0) }
        texts["threshold"] = alert.reorderThreshold.map { Words.grouped($0) }
        texts["previous_level"] = item.previousLevel.map { Words.name($0) }
        texts["ended"] = item.ended.map { Words.time($0) }
        texts["duration"] = Words.duration(of: item, at: time)
        var values: [String: Any] = texts.mapValues { text in
            // A product or a warehouse is a name and an id.
            let clean = CleanText.of(text, most: 2 * CleanText.mostOfName + 20)
            return format == .slack ? SlackText.escape(clean) : clean
        }
        if let link = link(to: alert) {
            values["link"] = format == .slack ? "<\(SlackText.escape(link))|show>" : link
        }
        if item.level == nil { values["over"] = true }
        return values
    }

    private func finish(_ text: String, most: Int, _ format: Format) -> String {
        // Escaped data is longer, and must not be cut within an escape.
        format == .slack ? SlackText.cut(CleanText.of(text, most: .max), most: most) : CleanText.of(text, most: most)
    }
}
