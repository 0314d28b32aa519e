extension String {
    /// The longest beginning that fits in `limit` bytes of UTF-8 without cutting a character's
    /// scalar in two, which would make another one of it, of another length.
    func cut(toByteCount limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return String(self[..<end])
    }
}
