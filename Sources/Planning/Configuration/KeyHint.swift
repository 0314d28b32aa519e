/// Advice for a key that does not exist: the one that was probably meant, or all there are.
func keyHint(for found: String, among known: [String]) -> String {
    let nearest = known.map { (name: $0, distance: editDistance(found, $0)) }
        .min { $0.distance < $1.distance }
    if let nearest, nearest.distance <= 2 { return "did you mean \(quoted(nearest.name))?" }
    return "there are " + known.map { quoted($0) }.joined(separator: ", ")
}

/// How many letters have to be changed, inserted or removed to make one text of the other.
private func editDistance(_ one: String, _ other: String) -> Int {
    let letters = Array(other.unicodeScalars)
    // What is much longer is no slip of the finger, and not worth the quadratic time.
    guard one.utf8.count <= 64 else { return .max }
    var row = Array(0...letters.count)
    for (index, letter) in one.unicodeScalars.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in letters.indices {
            let substituted = diagonal + (letter == letters[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
        }
    }
    return row[letters.count]
}
