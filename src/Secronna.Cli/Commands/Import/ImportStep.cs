using System.Text.Json.Serialization;

namespace Secronna.Cli.Commands.Import;

/// <summary>What an import finds of a key.</summary>
internal static class ImportResults
{
    /// <summary>The environment had no such key.</summary>
    public const string Added = "added";

    /// <summary>It had another value.</summary>
    public const string Changed = "changed";

    /// <summary>It had this value, which is not written again.</summary>
    public const string Unchanged = "unchanged";
}

/// <summary>What an import tells of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Result">One of the <see cref="ImportResults"/>.</param>
/// <param name="Version">The version that has the file's value; null where none has it yet.</param>
internal sealed record ImportedKey(
    string Key, string Result, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version);

/// <summary>A key of the file beside what the environment has of it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The file's value.</param>
/// <param name="Result">One of the <see cref="ImportResults"/>.</param>
/// <param name="SeenVersion">The version that was compared; 0 where there was none.</param>
internal sealed record ImportStep(string Key, string Value, string Result, int SeenVersion)
{
    public bool IsWrite => Result != ImportResults.Unchanged;

    /// <summary>What is told before anything is written.</summary>
    public ImportedKey Planned => new(Key, Result, IsWrite ? null : SeenVersion);

    /// <summary>Tells of no value.</summary>
    public override string ToString() => $"{Key} {Result}";
}
