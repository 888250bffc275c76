using System.Text.Json.Serialization;

namespace Secronna.Cli.Output;

/// <summary>What an import prints for one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Result">One of the <see cref="ImportResults"/>.</param>
/// <param name="Version">The version that has the file's value; <c>null</c> while no version has it.</param>
internal sealed record ImportedKey(
    string Key, string Result, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Version);
