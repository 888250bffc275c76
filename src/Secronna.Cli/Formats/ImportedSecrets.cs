namespace Secronna.Cli.Formats;

/// <summary>The keys and values of a file to import.</summary>
/// <param name="Secrets">Each key once, in the order of the file.</param>
/// <param name="Repeated">The keys that the file contains more than once. The last value of each counts.</param>
internal sealed record ImportedSecrets(IReadOnlyList<KeyValuePair<string, string>> Secrets, IReadOnlyList<string> Repeated);
