namespace Secronna.Crypto.Trail;

/// <summary>
/// Reads an entry's CBOR map. It accepts some bytes that <see cref="TrailEntryEncoder"/> does not write, such as a text that
/// should have been a number, or pairs behind those that it knows. So its caller encodes what it read again, and compares.
/// </summary>
internal static class TrailEntryDecoder
{
    /// <exception cref="FormatException">The bytes are not the map of an entry.</exception>
    public static TrailEntry Read(string workspaceId, ReadOnlySpan<byte> bytes)
    {
        var map = new EntryMapReader(bytes);

        // The compiler keeps the order of an initializer, which is that of the keys.
        string? key;
        return new TrailEntry
        {
            WorkspaceId = workspaceId,
            Id = map.Id(TrailEntryKey.Id) ?? throw Missing(),
            ActorType = map.Word(TrailEntryKey.ActorType, TrailActorTypes.Table) ?? throw Missing(),
            ActorId = map.Id(TrailEntryKey.ActorId) ?? throw Missing(),
            Action = map.Word(TrailEntryKey.Action, TrailActions.Table) ?? throw Missing(),
            Outcome = map.Word(TrailEntryKey.Outcome, TrailOutcomes.Table) ?? TrailOutcomes.Table.WordOf(TrailOutcomes.Success),
            RequestId = map.Id(TrailEntryKey.RequestId),
            ProjectId = map.Id(TrailEntryKey.ProjectId),
            EnvironmentId = map.Id(TrailEntryKey.EnvironmentId),
            SecretId = map.Id(TrailEntryKey.SecretId),
            Version = map.Number(TrailEntryKey.Version),
            BoxHash = map.Hash(TrailEntryKey.BoxHash),
            Subject = map.Text(TrailEntryKey.Subject),
            Key = key = map.Text(TrailEntryKey.Key),
            Path = PathIn(map.Text(TrailEntryKey.Folder), key) ?? map.Text(TrailEntryKey.Path),
            TargetId = map.Id(TrailEntryKey.TargetId),
            Name = map.Text(TrailEntryKey.Name),
            Count = map.Number(TrailEntryKey.Count),
            Ip = map.Address(TrailEntryKey.Ip),
            UserAgent = map.Text(TrailEntryKey.UserAgent),
            Reason = map.Text(TrailEntryKey.Reason),
            SessionId = map.Id(TrailEntryKey.SessionId),
            Part = map.Number(TrailEntryKey.Part),
            Details = map.Text(TrailEntryKey.Details),
            Epoch = map.Number(TrailEntryKey.Epoch),
        };
    }

    // A folder without a key gives a path that is not written in this way.
    private static string? PathIn(string? folder, string? key) => folder is null ? null : $"{folder}/{key}";

    private static FormatException Missing() => new("The entry lacks an id, an actor or an action.");
}
