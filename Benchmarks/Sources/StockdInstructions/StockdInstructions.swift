/// The parts of the processing loop whose instructions are counted, each on a fixed input.
///
/// `instructions.sh` runs this under callgrind, which counts inside one of the functions below at a time.
/// Prints each part with how many events or messages it was about.
@main
struct StockdInstructions {
    static func main() {
        let subject = Subject()
        countedDecode(subject)
        countedApply(subject)
        countedEncode(subject)
        let texts = Subject(texts: true)
        countedTextDecode(texts)
        countedTextApply(texts)
        precondition(subject.changes.count > 100 && subject.bytes > 0, "the fixed input does too little")
        print(
            """
            Decode \(subject.decoded.count)
            Apply \(subject.decoded.count)
            Encode \(subject.changes.count)
            TextDecode \(texts.decoded.count)
            TextApply \(texts.decoded.count)
            """
        )
    }
}

@inline(never)
func countedDecode(_ subject: Subject) { subject.decode() }

@inline(never)
func countedApply(_ subject: Subject) { subject.apply() }

@inline(never)
func countedTextDecode(_ subject: Subject) {
    subject.decode()
    subject.noteText()
}

@inline(never)
func countedTextApply(_ subject: Subject) {
    subject.apply()
    subject.noteText()
}

@inline(never)
func countedEncode(_ subject: Subject) { subject.encode() }
