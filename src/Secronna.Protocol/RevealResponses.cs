namespace Secronna.Protocol;

/// <summary>A value read back.</summary>
public sealed record RevealResponse(string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealResponse)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>A value read back by its path.</summary>
public sealed record RevealPathResponse(string Path, string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealPathResponse)} {{ {nameof(Path)} = {Path} }}";
}

/// <summary>A value of an environment.</summary>
public sealed record RevealedSecret(string Id, string Key, int Version, string Value)
{
    /// <summary>Tells which it is, never its value.</summary>
    public override string ToString() => $"{nameof(RevealedSecret)} {{ {nameof(Key)} = {Key} }}";
}

/// <summary>The values of an environment, ordered by key; the revision is the ETag.</summary>
public sealed record RevealEnvironmentResponse(
    string Revision, IReadOnlyList<RevealedSecret> Secrets, IReadOnlyList<string> Unrecoverable);
