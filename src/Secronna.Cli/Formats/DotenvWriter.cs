using Secronna.Cli.Errors;
using static Secronna.Cli.Formats.DotenvGrammar;

namespace Secronna.Cli.Formats;

/// <summary>
/// Writes dotenv for Node's dotenv 17. A value stands between single quotes, double quotes or backticks and may contain line
/// breaks. The only escapes are <c>\n</c> and <c>\r</c> between double quotes. Each line is written so that it is read back
/// exactly whatever lines follow it.
/// </summary>
internal static class DotenvWriter
{
    // Node's dotenv assigns the keys to a plain object, on which this name sets the prototype.
    private const string PrototypeKey = "__proto__";

    /// <summary>The line of a key and its value.</summary>
    /// <exception cref="CliException">The format can't hold the key or the value.</exception>
    public static string Line(string key, string value)
    {
        if (key.Length == 0 || key == PrototypeKey || !key.All(IsOfKey))
        {
            throw new CliException($"{key} can't be a key of the dotenv format: leave it out with --only");
        }

        return Written(value) is { } written
            ? $"{key}={written}"
            : throw new CliException($"the value of {key} mixes quotes in a way that the dotenv format has no escapes for: leave it out with --only");
    }

    // Chooses the plainest way that works.
    private static string? Written(string value) =>
        Quotes.Select(quote => Between(quote, value)).FirstOrDefault(written => written is not null)
        ?? Bare(value)
        ?? Quotes.Select(quote => AroundItself(quote, value)).FirstOrDefault(written => written is not null)
        ?? Quotes.Select(quote => BeforeComment(quote, value)).FirstOrDefault(written => written is not null);

    private static string? Between(char quote, string value) =>
        Body(quote, value) is { } body && !body.EndsWith('\\') && !HasEnd(quote, body) ? $"{quote}{body}{quote}" : null;

    // Without quotes: for values that begin with no quote, contain nothing that ends a value, and have no spaces to be trimmed.
    private static string? Bare(string value) =>
        value.Length > 0 && !IsQuote(value[0]) && value.AsSpan().IndexOfAny('#', '\n', '\r') < 0 && DotenvValue.Of(value) == value ? value : null;

    // Puts the value between quotes that the value itself contains. An inner quote can't close the value if other text than a
    // comment follows it. If no inner quote can, Node reads the whole line and removes its first and last quote. The value must
    // be one line without #.
    private static string? AroundItself(char quote, string value)
    {
        var body = quote == '"' ? Body(quote, value)?.Replace("\n", "\\n", StringComparison.Ordinal) : Body(quote, value);
        return body is not null && body.AsSpan().IndexOfAny('#', '\n') < 0 && HasEnd(quote, body) && EndOfQuoted($"{quote}{body}-", 0) is null
            ? $"{quote}{body}{quote}"
            : null;
    }

    // For a value that ends with a backslash. A quote after a backslash closes the value only if no later quote can. So a comment
    // with one more quote is added. That quote can't close the value, because a hyphen follows it.
    private static string? BeforeComment(char quote, string value) =>
        Body(quote, value) is { } body && !HasEnd(quote, body) ? $"{quote}{body}{quote} #{quote}-" : null;

    // The text that stands for the value between quotes of this kind; null where no text does. A carriage return needs the
    // escape, because Node reads it as a line feed everywhere else.
    private static string? Body(char quote, string value) => quote == '"'
        ? value.Contains("\\n", StringComparison.Ordinal) || value.Contains("\\r", StringComparison.Ordinal)
            ? null
            : value.Replace("\r", "\\r", StringComparison.Ordinal)
        : value.Contains('\r', StringComparison.Ordinal) ? null : value;

    // Whether the text contains a quote of this kind without a backslash before it.
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
