using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace Secronna.UnitTests.Messages;

/// <summary>
/// Lists the messages in C# sources: every string literal and interpolated string of more than one word, except SQL and the
/// arguments of attributes other than <c>LoggerMessage</c>.
/// </summary>
internal static partial class MessageCollector
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    /// <summary>The messages of all sources in a folder, under the name of their file.</summary>
    public static string CollectFolder(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path).Replace('\\', '/'), Path: path))
            .Where(file => !file.Name.StartsWith("bin/", StringComparison.Ordinal) && !file.Name.StartsWith("obj/", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var (name, path) in files)
        {
            Append(text, name, Collect(File.ReadAllText(path, Encoding.UTF8)));
        }

        return text.ToString();
    }

    /// <summary>The messages of one source, each once, in the order of the source.</summary>
    public static IReadOnlyList<string> Collect(string source)
    {
        var walker = new StringWalker();
        walker.Visit(CSharpSyntaxTree.ParseText(source, Options).GetRoot());
        return [.. walker.Texts.Select(text => text.Trim()).Where(IsMessage).Distinct()];
    }

    private static void Append(StringBuilder text, string file, IReadOnlyList<string> messages)
    {
        if (messages.Count == 0)
        {
            return;
        }

        text.Append(text.Length > 0 ? "\n" : "").Append(file).Append('\n');
        foreach (var message in messages)
        {
            text.Append("  ").AppendJoin('\n', message.ReplaceLineEndings("\n").Split('\n').Select((line, i) => i == 0 || line.Length == 0 ? line : "    " + line)).Append('\n');
        }
    }

    private static bool IsMessage(string text) => Words().IsMatch(text) && !Sql().IsMatch(text);

    // Matches a word of at least two letters that is outside of braces and next to a space.
    [GeneratedRegex(@"^(?:[^{}]|\{[^{}]*\})*?(?:[A-Za-z]{2}[^\s{}]*\s|\s[^\s{}]*[A-Za-z]{2})")]
    private static partial Regex Words();

    [GeneratedRegex(@"^(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM|LOCK|SET|AND|OR|WHERE|FROM|ORDER|ON|LIMIT|RETURNING|VALUES|JOIN|LEFT|FOR)\b|\b(?:FROM|WHERE|VALUES|RETURNING|IS NULL|ORDER BY|SET)\b")]
    private static partial Regex Sql();
}
