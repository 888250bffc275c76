using System.Text.Json.Serialization;

namespace Secronna.Cli.Output;

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
