using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Secronna.UnitTests;

/// <summary>The layout that the architecture promises: which project may refer to which, and which names are forbidden.</summary>
public sealed partial class LayoutTests
{
    private const int MostLines = 400;

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Secronna.Protocol"] = [],
        ["Secronna.Crypto"] = [],
        ["Secronna.Storage"] = [],
        ["Secronna.Server"] = ["Secronna.Protocol", "Secronna.Crypto", "Secronna.Storage"],
        ["Secronna.Client"] = ["Secronna.Protocol"],
        ["Secronna.Configuration"] = ["Secronna.Client"],
        ["Secronna.Client.Testing"] = ["Secronna.Client", "Secronna.Protocol"],
        ["Secronna.Cli"] = ["Secronna.Client", "Secronna.Protocol", "Secronna.Crypto"],
    };

    private static readonly string[] ForbiddenNames =
        ["Core", "Common", "Shared", "Utils", "Helpers", "Infrastructure", "Application", "Abstractions"];

    private static readonly string[] NotOurs = ["bin", "obj", "node_modules"];

    // The repository's folder, searched upwards from the folder that the tests run from. A deterministic build does not record
    // the real paths of its sources.
    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Secronna.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return folder.FullName;
    }

    [Fact]
    public void Every_project_is_in_the_table_of_this_test() =>
        Assert.Empty(Projects().Select(path => Path.GetFileNameWithoutExtension(path)).Except(MayKnow.Keys));

    [Fact]
    public void A_project_refers_only_to_projects_that_the_table_allows() => Assert.Empty(
        from path in Projects()
        let name = Path.GetFileNameWithoutExtension(path)
        from reference in XDocument.Load(path).Descendants("ProjectReference")
        let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
        where !MayKnow[name].Contains(target)
        select $"{name} → {target}");

    [Fact]
    public void Each_file_declares_the_namespace_of_its_project() => Assert.Empty(
        from source in Sources("src")
        let name = source.Path.Split('/')[1]
        from Match declared in Declarations().Matches(source.Code)
        where !ExtendsAnothers(source.Path, declared.Groups[1].Value)
        where declared.Groups[1].Value != name && !declared.Groups[1].Value.StartsWith(name + ".", StringComparison.Ordinal)
        select $"{source.Path} declares {declared.Groups[1].Value}");

    [Fact]
    public void Crypto_does_no_input_or_output_and_knows_no_clock() => Assert.Empty(
        from source in Sources("src/Secronna.Crypto")
        from Match used in IoOrClock().Matches(source.Code)
        select $"{source.Path}: {used.Value}");

    [Fact]
    public void No_folder_has_a_name_that_says_nothing_about_its_contents() => Assert.Empty(
        from folder in Directory.EnumerateDirectories(Root(), "*", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root(), folder).Replace('\\', '/')
        where !relative.StartsWith('.') && !relative.Split('/').Any(NotOurs.Contains)
        where Path.GetFileName(folder).Split('.').Any(part => ForbiddenNames.Contains(part, StringComparer.OrdinalIgnoreCase))
        select relative);

    [Fact]
    public void An_interface_has_two_implementations_at_least() => Assert.Empty(
        from declared in Sources("src").SelectMany(source => Interfaces().Matches(source.Code).Select(match => match.Groups[1].Value))
        where Sources("src").Sum(source => Regex.Count(source.Code, $@"\b(class|record|struct)\s[^{{;]*:[^{{;]*\b{declared}\b")) < 2
        select declared);

    [Fact]
    public void No_file_has_more_lines_than_the_limit() => Assert.Empty(
        from source in Sources("src").Concat(Sources("tests"))
        let lines = source.Code.Count(character => character == '\n')
        where lines > MostLines
        select $"{source.Path}: {lines} lines");

    [Fact]
    public void The_patterns_of_this_test_match_known_examples()
    {
        Assert.Matches(IoOrClock(), "File.ReadAllBytes(path)");
        Assert.Matches(IoOrClock(), "time.GetUtcNow()");
        Assert.Matches(Interfaces(), "internal interface IMasterKeyProvider : IDisposable");
        Assert.InRange(Sources("src").Count, 50, 5_000);
    }

    // Extension methods are in the namespace of the type that they extend, where its users look for them.
    private static bool ExtendsAnothers(string path, string declared) =>
        path.EndsWith("Extensions.cs", StringComparison.Ordinal) && declared.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories);

    private static List<(string Path, string Code)> Sources(string folder) =>
    [
        .. from path in Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)
           let relative = Path.GetRelativePath(Root(), path).Replace('\\', '/')
           where !relative.Split('/').Any(NotOurs.Contains)
           select (relative, Comments().Replace(string.Join("\n", File.ReadAllLines(path)), "")),
    ];

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declarations();

    [GeneratedRegex(@"\bSystem\.(IO|Net|Data)\b|\b(File|Directory|FileStream|TimeProvider|DateTime|DateTimeOffset|Stopwatch|Environment(?!\.SystemPageSize)|Console|HttpClient)\b|\bGetUtcNow\b|\bTickCount")]
    private static partial Regex IoOrClock();

    [GeneratedRegex(@"\binterface\s+(I[A-Z]\w*)")]
    private static partial Regex Interfaces();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();
}
