using Secronna.Cli.Output;

namespace Secronna.Cli.Commands.Import;

/// <summary>A key and value of the file, compared with the environment.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The file's value.</param>
/// <param name="Result">One of the <see cref="ImportResults"/>.</param>
/// <param name="SeenVersion">The version that was compared; 0 where the environment did not have the key.</param>
internal sealed record ImportStep(string Key, string Value, string Result, int SeenVersion)
{
    public bool IsWrite => Result != ImportResults.Unchanged;

    /// <summary>What is printed for the key before anything is written.</summary>
    public ImportedKey Planned => new(Key, Result, IsWrite ? null : SeenVersion);

    /// <summary>Contains no value.</summary>
    public override string ToString() => $"{Key} {Result}";
}
