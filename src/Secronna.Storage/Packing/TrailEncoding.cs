namespace Secronna.Storage.Packing;

/// <summary>How the migration to segments encodes entries. The storage itself does not know the form of entries.</summary>
/// <param name="Entry">Encodes an entry of the old table.</param>
/// <param name="Hashes">
/// Makes an entry of a workspace that says which ciphertext each of some versions has. It is given at most
/// <see cref="MaxHashes"/>.
/// </param>
public sealed record TrailEncoding(Func<AuditEntryRow, byte[]> Entry, Func<string, IReadOnlyList<VersionHash>, byte[]> Hashes)
{
    /// <summary>The most versions that one entry names.</summary>
    public const int MaxHashes = 64;
}
