namespace Secronna.Cli.Formats;

/// <summary>
/// The dialect of Node's dotenv 17: a value between single quotes, double quotes or backticks, which may go over lines;
/// only between double quotes are <c>\n</c> and <c>\r</c> expanded, and nothing else is an escape anywhere.
/// </summary>
internal static class Dotenv
{
    /// <summary>A key and its value.</summary>
    /// <exception cref="CliException">The format can't hold it.</exception>
    public static string Line(string key, string value)
    {
        if (!key.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-'))
        {
            throw new CliException($"{key} can't be a key of dotenv: leave it out with --only");
        }

        return $"{key}={Quoted(value) ?? throw new CliException($"the value of {key} can't be written as dotenv, which has no escapes for its quotes: leave it out with --only")}";
    }

    // A carriage return is turned into a line feed wherever it stands, but for the escape between double quotes.
    private static string? Quoted(string value)
    {
        var hasReturn = value.Contains('\r', StringComparison.Ordinal);
        if (!hasReturn && !value.EndsWith('\\') && Without(value, '\''))
        {
            return $"'{value}'";
        }

        if (!value.Contains('\\', StringComparison.Ordinal) && Without(value, '"'))
        {
            return $"\"{value.Replace("\r", "\\r", StringComparison.Ordinal)}\"";
        }

        return !hasReturn && !value.EndsWith('\\') && Without(value, '`') ? $"`{value}`" : null;
    }

    private static bool Without(string value, char quote) => !value.Contains(quote, StringComparison.Ordinal);
}
