/// How a key's values are written and read, and how a mistake describes them.
struct Kind<Value: Sendable>: Sendable {
    let shape: RawValue.Shape
    /// As the end of the sentence `must be …`: `a duration from 6s to 30m`.
    let expected: String
    /// Nil when the text is not of this kind.
    let parse: @Sendable (RawValue) -> Value?
    /// What exactly is wrong with a value that is not of this kind; empty where `expected` says enough.
    var flaws: @Sendable (RawValue) -> [Flaw] = { _ in [] }

    /// The same, or nothing: `null`.
    var orNull: Kind<Value?> {
        let parse = self.parse
        return Kind<Value?>(
            shape: shape, expected: expected + ", or null",
            parse: { raw in
                if raw.isNull { return .some(nil) }
                return parse(raw).map { .some($0) }
            }, flaws: flaws)
    }

    /// A kind written as one text; `null` and the empty text are not allowed.
    static func scalar(_ expected: String, _ parse: @escaping @Sendable (String) -> Value?) -> Kind {
        Kind(shape: .text, expected: expected) { raw in
            guard case .text(let text) = raw, !text.isEmpty, !raw.isNull else { return nil }
            return parse(text)
        }
    }
}

/// One thing that is wrong with a value.
struct Flaw: Hashable, Sendable {
    /// The part of the value that is wrong; nil where it may hold a secret.
    let found: String?
    /// The end of a sentence.
    let remedy: String
}
