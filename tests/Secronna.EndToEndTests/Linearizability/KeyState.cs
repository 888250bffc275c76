namespace Secronna.EndToEndTests.Linearizability;

/// <summary>What a key of an environment is at one moment; version 0 is none.</summary>
/// <param name="Id">The secret's id; null where there is none, or where no answer told it yet.</param>
internal readonly record struct KeyState(string? Id, int Version, string? Value)
{
    public static KeyState Absent => default;

    public bool IsAbsent => Version == 0;

    public override string ToString() => IsAbsent ? "absent" : $"version {Version} ({Value}) of {Id ?? "an untold id"}";
}
