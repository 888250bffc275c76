namespace Secronna.Protocol;

/// <summary>The value of a secret.</summary>
public sealed record RevealResponse(string Key, int Version, string Value)
{
    /// <summary>Shows the key, never the value.</summary>
    public override string ToString() => $"{nameof(RevealResponse)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>The value of a secret that was named by its path.</summary>
public sealed record RevealPathResponse(string Path, string Key, int Version, string Value)
{
    /// <summary>Shows the path, never the value.</summary>
    public override string ToString() => $"{nameof(RevealPathResponse)} {{ {nameof(Path)} = {Path} }}";
}

/// <summary>A secret of a revealed environment, with its value.</summary>
public sealed record RevealedSecret(string Id, string Key, int Version, string Value)
{
    /// <summary>Shows the key, never the value.</summary>
    public override string ToString() => $"{nameof(RevealedSecret)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>The secrets of an environment with their values, ordered by key. The revision is the answer's ETag.</summary>
public sealed record RevealEnvironmentResponse(
    string Revision, IReadOnlyList<RevealedSecret> Secrets, IReadOnlyList<string> Unrecoverable);
