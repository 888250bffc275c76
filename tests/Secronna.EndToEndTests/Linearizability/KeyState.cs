namespace Secronna.EndToEndTests.Linearizability;

/// <summary>The state of an environment's key at one moment.</summary>
/// <param name="Id">The secret's id; <c>null</c> if there is no secret, or if no answer has given its id yet.</param>
/// <param name="Version">The current version; 0 if there is no secret.</param>
/// <param name="Value">The current value; <c>null</c> if there is no secret.</param>
internal readonly record struct KeyState(string? Id, int Version, string? Value)
{
    public static KeyState Absent => default;

    public bool IsAbsent => Version == 0;

    public override string ToString() => IsAbsent ? "absent" : $"version {Version} ({Value}) of {Id ?? "an unknown id"}";
}
