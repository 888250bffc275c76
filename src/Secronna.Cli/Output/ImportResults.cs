namespace Secronna.Cli.Output;

/// <summary>The result of an import for one key.</summary>
internal static class ImportResults
{
    /// <summary>The environment did not have the key.</summary>
    public const string Added = "added";

    /// <summary>The environment had another value.</summary>
    public const string Changed = "changed";

    /// <summary>The environment had the same value, which is not written again.</summary>
    public const string Unchanged = "unchanged";
}
