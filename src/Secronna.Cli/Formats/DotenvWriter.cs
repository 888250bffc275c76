using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>
/// Writes dotenv as Node's dotenv 17 reads it: a value between single quotes, double quotes or backticks, which may go over
/// lines; only between double quotes are <c>\n</c> and <c>\r</c> expanded, and nothing else is an escape anywhere. What is
/// written is read back so whatever lines follow it.
/// </summary>
internal static class DotenvWriter
{
    // Node's assigns to a plain object, where this name is not a key.
    private const string NoKey = "__proto__";

    /// <summary>A key and its value.</summary>
    /// <exception cref="CliException">The format can't hold it.</exception>
    public static string Line(string key, string value)
    {
        if (key.Length == 0 || key == NoKey || !key.All(IsOfKey))
        {
            throw new CliException($"{key} can't be a key of dotenv: leave it out with --only");
        }

        return $"{key}={Written(value) ?? throw new CliException($"the value of {key} can't be written as dotenv, which has no escapes for its quotes: leave it out with --only")}";
    }

    // The plainest first.
    private static string? Written(string value) =>
        Quotes.Select(quote => Between(quote, value)).FirstOrDefault(written => written is not null)
        ?? Bare(value)
        ?? Quotes.Select(quote => AroundItself(quote, value)).FirstOrDefault(written => written is not null)
        ?? Quotes.Select(quote => BeforeComment(quote, value)).FirstOrDefault(written => written is not null);

    private static string? Between(char quote, string value) =>
        Body(quote, value) is { } body && !body.EndsWith('\\') && !HasEnd(quote, body) ? $"{quote}{body}{quote}" : null;

    // As it stands: no quote at its beginning, nothing that ends a line, and no spaces that would be trimmed.
    private static string? Bare(string value) =>
        value.Length > 0 && !IsQuote(value[0]) && value.AsSpan().IndexOfAny('#', '\n', '\r') < 0 && DotenvValue.Of(value) == value ? value : null;

    // Where the value's own quote can't end it, because more than a comment follows, the whole line is the value, and loses its
    // first and last quote. That takes a value of one line without the sign of comments.
    private static string? AroundItself(char quote, string value)
    {
        var body = quote == '"' ? Body(quote, value)?.Replace("\n", "\\n", StringComparison.Ordinal) : Body(quote, value);
        return body is not null && body.AsSpan().IndexOfAny('#', '\n') < 0 && HasEnd(quote, body) && EndOfQuoted($"{quote}{body}-", 0) is null
            ? $"{quote}{body}{quote}"
            : null;
    }

    // A backslash at the end makes the last quote one that ends the value only where no later one can. The one in the comment
    // is the last that is tried, and can't, because more follows.
    private static string? BeforeComment(char quote, string value) =>
        Body(quote, value) is { } body && !HasEnd(quote, body) ? $"{quote}{body}{quote} #{quote}-" : null;

    // What stands between such quotes for the value; null where nothing can. A carriage return is read as a line feed wherever
    // it stands, but for the escape.
    private static string? Body(char quote, string value) => quote == '"'
        ? value.Contains("\\n", StringComparison.Ordinal) || value.Contains("\\r", StringComparison.Ordinal)
            ? null
            : value.Replace("\r", "\\r", StringComparison.Ordinal)
        : value.Contains('\r', StringComparison.Ordinal) ? null : value;

    // Whether one of these quotes is in it that no backslash stands before.
    private static bool HasEnd(char quote, string body)
    {
        var at = body.IndexOf(quote, StringComparison.Ordinal);
        while (at > 0 && body[at - 1] == '\\')
        {
            at = body.IndexOf(quote, at + 1);
        }

        return at >= 0;
    }
}
