namespace Secronna.Tests.Consumers;

/// <summary>Values that are hard to write correctly in at least one export format.</summary>
internal static class HardValues
{
    public static IReadOnlyList<string> All { get; } =
    [
        "", "plain", " ", "\t", " leading and trailing ", "\ttabs\t", "a=b", "=", "# no comment", "a #b", "#", "$HOME ${HOME} $(touch pwned) `touch pwned`",
        "'; touch pwned; '", "'\\''; touch pwned; '", "\"; touch pwned; \"", "\n touch pwned\n", "';\ntouch pwned\n'", "a[$(touch pwned)]",
        "it's", "'", "''", "\"", "\"quoted\"", "'quoted'", "`quoted`", "\"it's `all` three\"", "'\"`", "`\"'", "\\", "\\\\", "back\\slash", "ends with \\",
        "\uFEFFends with \\", "\u0085ends with \\", "a`\"\u2028'b'", "'`\"\u2028\"b\"", "\\'", "\\\"", "\\`", "\\n is no line", "\\r", "\\t", "\\n's \"mixed\"", "all ' three \" quotes `", "ends with ' and \" and ` and \\",
        "two\nlines", "\n", "\n\n", "\nleading", "trailing\n", "crlf\r\nline", "\r", "\r\n", "a\rb", "trailing\r", "\r\r", "# \\", "two\nlines \\",
        "-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----\n", "a\n'b'\nc", "KEY='x'\nOTHER=y", "export OTHER=y", "{\"json\": [\"a\\nb\", null]}",
        "ünï", "日本語", "😀", "e\u0301", "\u2028", "\u2029", "a\u2028'b'", "'a'\u2028b", "\u0085", "\uFEFF", "\uFEFFa", "a\u00a0", "\u007f", "\u0001\u001b[31m\u0008",
        "\ud800\udc00\udbff\udfff", "\uffff\ufffd\ue000", "!history", "!!", "%PATH%", "-n", "--", "- a", "? a", "a: b", "null", "~", "true", "no", "0x10", "1e3", ".inf",
        "2026-01-31", "0o17", "017", "1_000", "{{x}}", "{a: b}", "[a, b]", "%YAML 1.2", "---", "...", "&a", "*a", "!!str a", "| a", "> a", "@a", "<<", "=",
        "a,b;c&d|e>f<g(h)i", "*", "?", "[a-z]", "~root", "\\u0041", "\\x41", "\\$", "$'a\\nb'", "^", new string('x', 20_000), new string('\'', 300),
    ];
}
